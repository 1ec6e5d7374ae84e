package io.millrace.runtime.real;

import io.millrace.runtime.EventLoopContract;
import io.millrace.runtime.Stage;

class RealEventLoopTest extends EventLoopContract {
  @Override
  protected Stage open() {
    return new RealStage(true);
  }
}
