package io.millrace.metadata.raft;

import io.millrace.runtime.Clock;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Time;

/// Our clock for Kafka's classes. Nobody may sleep or wait by it: what we host never blocks.
public final class KafkaTime implements Time {

  private final Clock clock;
  private final long wallAtStartMs;
  private final long nanosAtStart;
  private final boolean steady;

  private KafkaTime(Clock clock, boolean steady) {
    this.clock = clock;
    this.steady = steady;
    this.wallAtStartMs = clock.wallMs();
    this.nanosAtStart = clock.nanos();
  }

  /// Milliseconds are those of the wall and jump with it.
  public static KafkaTime wall(Clock clock) {
    return new KafkaTime(clock, false);
  }

  /// Milliseconds begin at the wall's and go on steadily. `KafkaRaftClient` computes its timeouts
  /// from milliseconds, so that a clock set by the operator would otherwise start elections; the
  /// timestamps that it writes only serve the retention of the metadata log.
  public static KafkaTime steady(Clock clock) {
    return new KafkaTime(clock, true);
  }

  @Override
  public long milliseconds() {
    return steady ? wallAtStartMs + (clock.nanos() - nanosAtStart) / 1_000_000 : clock.wallMs();
  }

  @Override
  public long nanoseconds() {
    return clock.nanos();
  }

  @Override
  public void sleep(long ms) {
    throw new UnsupportedOperationException("a hosted class must not sleep");
  }

  @Override
  public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) {
    throw new UnsupportedOperationException("a hosted class must not wait");
  }
}
