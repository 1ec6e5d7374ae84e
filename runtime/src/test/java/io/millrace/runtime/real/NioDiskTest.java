package io.millrace.runtime.real;

import io.millrace.runtime.DiskContract;
import io.millrace.runtime.Stage;

class NioDiskTest extends DiskContract {
  @Override
  protected Stage open() {
    return new RealStage(true);
  }
}
