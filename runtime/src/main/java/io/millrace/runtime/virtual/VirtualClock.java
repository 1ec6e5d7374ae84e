package io.millrace.runtime.virtual;

import io.millrace.runtime.Clock;

/// One machine's clocks: the monotonic one counts from its own origin, the wall clock can be wrong.
final class VirtualClock implements Clock {

  private static final long NANOS_PER_MS = 1_000_000;

  private final Scheduler scheduler;
  private final long originNanos;
  private final long epochMs;
  private long skewMs;

  VirtualClock(Scheduler scheduler, long originNanos, long epochMs) {
    this.scheduler = scheduler;
    this.originNanos = originNanos;
    this.epochMs = epochMs;
  }

  @Override
  public long wallMs() {
    return epochMs + skewMs + scheduler.now() / NANOS_PER_MS;
  }

  @Override
  public long nanos() {
    return originNanos + scheduler.now();
  }

  void jump(long ms) {
    skewMs += ms;
  }
}
