package io.millrace.runtime.virtual;

import io.millrace.runtime.DiskContract;
import io.millrace.runtime.Stage;

class VirtualDiskContractTest extends DiskContract {
  @Override
  protected Stage open() {
    return new VirtualStage(2);
  }
}
