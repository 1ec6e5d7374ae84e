package io.millrace.runtime.virtual;

import io.millrace.runtime.NetworkContract;
import io.millrace.runtime.Stage;

class VirtualNetworkContractTest extends NetworkContract {
  @Override
  protected Stage open() {
    return new VirtualStage(3);
  }

  @Override
  protected String host() {
    return "n1";
  }
}
