package io.millrace.coordination;

import io.millrace.runtime.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/// Kafka's view of the world's clock. Nothing here may sleep or wait.
///
/// Milliseconds follow the wall when it is set forward, but never go back: behind a wall that was
/// set back they go on steadily. A group's next assignment waits for a time that was computed from
/// the last one's (`canComputeNextTargetAssignment`), and would wait for the wall to come round
/// again. Until the process ends, its commits bear times as far ahead as the wall was.
final class WorldTime implements Time {
  private final Clock clock;

  /// How far the wall was ahead of the steady clock, at most, in milliseconds.
  private final AtomicLong ahead;

  WorldTime(Clock clock) {
    this.clock = clock;
    this.ahead = new AtomicLong(clock.wallMs() - steadyMs());
  }

  private long steadyMs() {
    return Math.floorDiv(clock.nanos(), 1_000_000L);
  }

  @Override
  public long milliseconds() {
    long steady = steadyMs();
    long now = clock.wallMs() - steady;
    long most = ahead.get();
    return steady + (now > most ? ahead.accumulateAndGet(now, Math::max) : most);
  }

  @Override
  public long nanoseconds() {
    return clock.nanos();
  }

  @Override
  public void sleep(long ms) {
    throw new UnsupportedOperationException("a coordinator never sleeps");
  }

  @Override
  public void waitObject(Object monitor, Supplier<Boolean> condition, long deadlineMs) {
    throw new UnsupportedOperationException("a coordinator never waits");
  }
}
