package io.millrace.acceptance.harness;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Waiting for a condition by asking again until a deadline: the only place of the suite where time
/// passes. A probe that throws counts as "not yet"; the last thing seen is in the failure's
/// message.
public final class Await {
  /// Long enough for a busy machine, short enough to fail a run soon.
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration BETWEEN_PROBES = Duration.ofMillis(20);

  private Await() {}

  /// Asks until the answer satisfies the condition, for at most [#PATIENCE], and returns that
  /// answer.
  public static <T> T until(String what, Callable<T> probe, Predicate<? super T> condition) {
    return until(what, PATIENCE, probe, condition);
  }

  /// Asks until the answer satisfies the condition, for at most `patience`, and returns that
  /// answer.
  public static <T> T until(
      String what, Duration patience, Callable<T> probe, Predicate<? super T> condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      Exception failure = null;
      @Nullable T seen = null;
      try {
        T answer = probe.call();
        if (condition.test(answer)) {
          return answer;
        }
        seen = answer;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting until " + what, e);
      } catch (Exception e) {
        failure = e;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "not within " + patience.toSeconds() + " s: " + what + "; last seen: " + seen, failure);
      }
      LockSupport.parkNanos(BETWEEN_PROBES.toNanos());
    }
  }

  /// Asks until the condition holds, for at most [#PATIENCE].
  public static void untilTrue(String what, Callable<Boolean> condition) {
    until(what, condition, held -> held);
  }

  /// Repeats an assertion until it holds, for at most [#PATIENCE]; its last failure is the cause.
  public static void untilAsserted(String what, ThrowingAssertion assertion) {
    until(
        what,
        () -> {
          try {
            assertion.run();
            return true;
          } catch (AssertionError e) {
            throw new IllegalStateException(e.getMessage(), e);
          }
        },
        held -> held);
  }

  /// An assertion that may ask the broker first.
  @FunctionalInterface
  public interface ThrowingAssertion {
    void run() throws Exception;
  }
}
