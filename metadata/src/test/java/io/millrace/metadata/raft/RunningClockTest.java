package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.Clock;
import org.junit.jupiter.api.Test;

/// Time passes while the loop runs, and a little beyond.
class RunningClockTest {

  private static final long MS = 1_000_000L;

  private long now = 5_000 * MS;

  private final Clock machine =
      new Clock() {
        @Override
        public long wallMs() {
          return now / MS;
        }

        @Override
        public long nanos() {
          return now;
        }
      };

  private final RunningClock clock = new RunningClock(machine, "the loop");

  private long passesWithin(long ms) {
    long before = clock.nanos();
    now += ms * MS;
    return (clock.nanos() - before) / MS;
  }

  @Test
  void countsAllBeforeItIsToldOf() {
    assertThat(passesWithin(100_000)).isEqualTo(100_000);
  }

  @Test
  void countsWhatTheLoopSleepsAsItSaid() {
    clock.runs(60_000 * MS);
    assertThat(passesWithin(60_000)).isEqualTo(60_000);
    clock.runs(500 * MS);
    assertThat(passesWithin(600)).isEqualTo(600);
  }

  @Test
  void standsStillWhileTheLoopIsLateAndGoesOnFromThere() {
    clock.runs(500 * MS);
    assertThat(passesWithin(10_000)).isEqualTo(750);
    assertThat(passesWithin(10_000)).isZero();
    long before = clock.nanos();
    clock.runs(500 * MS);
    assertThat(clock.nanos()).isEqualTo(before);
    assertThat(passesWithin(700)).isEqualTo(700);
    assertThat(clock.wallMs()).isEqualTo(now / MS);
  }
}
