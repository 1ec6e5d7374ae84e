package io.millrace.runtime.real;

import io.millrace.runtime.Clock;

/// The machine's clocks.
final class SystemClock implements Clock {

  @Override
  public long wallMs() {
    return System.currentTimeMillis();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }
}
