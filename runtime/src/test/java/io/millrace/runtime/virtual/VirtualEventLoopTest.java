package io.millrace.runtime.virtual;

import io.millrace.runtime.EventLoopContract;
import io.millrace.runtime.Stage;

class VirtualEventLoopTest extends EventLoopContract {
  @Override
  protected Stage open() {
    return new VirtualStage(1);
  }
}
