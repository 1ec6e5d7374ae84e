package io.millrace.server.request;

/// How long a request may be put off that a handler cannot answer yet ([WireConnection#putOff]).
/// Belongs to its connection's loop.
///
/// A request waits for [#MOST_NANOS] at most, and those behind it with it. Where that was in vain,
/// the next ones are not put off for [#RESPITE_NANOS]: a client that is simply wrong pays once.
final class SecondLook {

  /// A Java client that is refused waits for `retry.backoff.ms`, 100 by default.
  static final long MOST_NANOS = 100_000_000L;

  /// Between two looks.
  static final long STEP_NANOS = 2_000_000L;

  static final long RESPITE_NANOS = 1_000_000_000L;

  private boolean due;
  private boolean waiting;
  private long sinceNanos;
  private boolean failed;
  private long failedNanos;

  /// Asks for the request that is being handled to be put off.
  ///
  /// @return whether it is
  boolean ask(long nowNanos) {
    if (failed && nowNanos - failedNanos < RESPITE_NANOS) {
      return false;
    }
    failed = false;
    if (!waiting) {
      waiting = true;
      sinceNanos = nowNanos;
    }
    if (nowNanos - sinceNanos >= MOST_NANOS) {
      failed = true;
      failedNanos = nowNanos;
      return false;
    }
    due = true;
    return true;
  }

  /// Whether the request that a handler returned from was put off; if not, it is over.
  boolean isDue() {
    boolean putOff = due;
    due = false;
    waiting &= putOff;
    return putOff;
  }

  /// Whether a request waits for its next look.
  boolean isWaiting() {
    return waiting;
  }
}
