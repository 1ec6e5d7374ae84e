package io.millrace.metadata.raft;

import io.millrace.runtime.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A clock that counts only while this process runs. Whoever waits for a sign of life by it does
/// not take its own sleep for the others' silence: a process that was stopped, or that its machine
/// had no time for, finds what they sent meanwhile in its own queues.
///
/// A loop tells again and again that it runs, and when it will tell so next ([#runs]). Where it is
/// late by more than [#GRACE_NANOS], the clock has stood still from then on:
///
/// ```
///   runs(until)             until      + GRACE                      runs(…)
///   |--------- counts -------|-- counts --|..... does not count .....|--
/// ```
///
/// Monotonic, from any thread. The wall's time is the wall's.
public final class RunningClock implements Clock {

  private static final Logger LOG = LoggerFactory.getLogger(RunningClock.class);

  /// What a busy machine may delay a loop by; an eighth of the usual silence that is waited for.
  static final long GRACE_NANOS = 250_000_000L;

  private static final long WORTH_A_LINE_NANOS = 1_000_000_000L;

  private final Clock clock;
  private final String name;
  private boolean told;
  private long untilNanos;
  private long leftOutNanos;

  /// @param name of who is late, for the log
  public RunningClock(Clock clock, String name) {
    this.clock = clock;
    this.name = name;
  }

  /// Told by the loop that it runs, and means to tell so again within `nextNanos`.
  public synchronized void runs(long nextNanos) {
    long now = clock.nanos();
    long late = told ? now - untilNanos - GRACE_NANOS : 0;
    if (late > 0) {
      leftOutNanos += late;
      if (late >= WORTH_A_LINE_NANOS) {
        LOG.warn(
            "{} did not run for {} ms, which count as nobody's silence", name, late / 1_000_000);
      }
    }
    told = true;
    untilNanos = now + nextNanos;
  }

  @Override
  public long wallMs() {
    return clock.wallMs();
  }

  @Override
  public synchronized long nanos() {
    long now = clock.nanos();
    long late = told ? now - untilNanos - GRACE_NANOS : 0;
    return now - Math.max(0, late) - leftOutNanos;
  }
}
