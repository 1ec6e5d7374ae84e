package io.millrace.coordination;

import io.millrace.runtime.Clock;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/// Kafka's view of the world's clock. Nothing here may sleep or wait.
final class WorldTime implements Time {
  private final Clock clock;

  WorldTime(Clock clock) {
    this.clock = clock;
  }

  @Override
  public long milliseconds() {
    return clock.wallMs();
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
