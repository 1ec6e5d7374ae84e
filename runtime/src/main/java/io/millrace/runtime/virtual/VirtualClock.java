package io.millrace.runtime.virtual;

import io.millrace.runtime.Clock;

/// One machine's clocks: the monotonic one counts from its own origin, the wall clock can be wrong,
/// and both can run faster or slower than the world's time.
final class VirtualClock implements Clock {

  private static final long NANOS_PER_MS = 1_000_000;
  private static final long MILLION = 1_000_000;

  private final Scheduler scheduler;
  private final long originNanos;
  private final long epochMs;
  private long skewMs;
  private long driftPpm;

  /// World time when the present drift began, and what all drifts before it came to.
  private long driftSince;

  private long driftedNanos;

  VirtualClock(Scheduler scheduler, long originNanos, long epochMs) {
    this.scheduler = scheduler;
    this.originNanos = originNanos;
    this.epochMs = epochMs;
  }

  @Override
  public long wallMs() {
    return epochMs + skewMs + passed() / NANOS_PER_MS;
  }

  @Override
  public long nanos() {
    return originNanos + passed();
  }

  /// What has passed by this machine's clocks.
  private long passed() {
    long now = scheduler.now();
    return now + driftedNanos + (now - driftSince) * driftPpm / MILLION;
  }

  /// From now on the clocks run that much faster, in millionths; slower, if negative.
  void drift(long ppm) {
    driftedNanos = passed() - scheduler.now();
    driftSince = scheduler.now();
    driftPpm = ppm;
  }

  /// What passes in the world while that passes by these clocks.
  long worldNanos(long nanos) {
    return driftPpm == 0 ? nanos : (long) (nanos / (1 + (double) driftPpm / MILLION));
  }

  void jump(long ms) {
    skewMs += ms;
  }
}
