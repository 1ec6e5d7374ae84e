package io.millrace.replication;

import io.millrace.runtime.Clock;

/// A limit on how many bytes a second one kind of copying may move through this broker
/// (`leader.replication.throttled.rate` and its like).
///
/// What is copied is counted after the fact, as in Kafka: a response that is larger than a second's
/// share runs up a debt, and nothing more is copied until time has paid it. A debt is forgotten
/// after the quota's window (`replication.quota.window.num` times
/// `replication.quota.window.size.seconds`), so that a rate far too small slows a copy down and
/// does not stop it.
///
/// A monitor; any thread.
public final class ReplicationQuota {

  /// The rate of a broker that is not told any.
  public static final long UNLIMITED = Long.MAX_VALUE;

  private static final double NANOS_PER_SECOND = 1e9;

  private final Clock clock;
  private final double windowSeconds;
  private volatile long bytesPerSecond = UNLIMITED;
  private double debtBytes;
  private long debtNanos;

  /// @param windowSeconds how long what was copied may hold back what follows
  ReplicationQuota(Clock clock, int windowSeconds) {
    this.clock = clock;
    this.windowSeconds = windowSeconds;
    this.debtNanos = clock.nanos();
  }

  /// The rate in force.
  public long bytesPerSecond() {
    return bytesPerSecond;
  }

  /// Takes effect at once, for what is owed already too.
  void limit(long newBytesPerSecond) {
    if (newBytesPerSecond != bytesPerSecond) {
      synchronized (this) {
        pay();
        bytesPerSecond = newBytesPerSecond;
        debtBytes = bytesPerSecond == UNLIMITED ? 0 : Math.min(debtBytes, largestDebt());
      }
    }
  }

  /// Counts bytes of a throttled replica.
  public void record(long bytes) {
    if (bytesPerSecond != UNLIMITED && bytes > 0) {
      synchronized (this) {
        pay();
        debtBytes = Math.min(debtBytes + bytes, largestDebt());
      }
    }
  }

  /// Whether a throttled replica has to wait.
  public boolean isExceeded() {
    return delayNanos() > 0;
  }

  /// How long a throttled replica has to wait, 0 for not at all.
  public long delayNanos() {
    if (bytesPerSecond == UNLIMITED) {
      return 0;
    }
    synchronized (this) {
      pay();
      return bytesPerSecond == UNLIMITED || debtBytes <= 0
          ? 0
          : Math.max(1, (long) (debtBytes / bytesPerSecond * NANOS_PER_SECOND));
    }
  }

  private void pay() {
    long now = clock.nanos();
    if (bytesPerSecond != UNLIMITED) {
      double paid = (now - debtNanos) / NANOS_PER_SECOND * bytesPerSecond;
      // What is left of a byte would cost another wait.
      debtBytes = debtBytes - paid < 1 ? 0 : debtBytes - paid;
    }
    debtNanos = now;
  }

  private double largestDebt() {
    return windowSeconds * bytesPerSecond;
  }
}
