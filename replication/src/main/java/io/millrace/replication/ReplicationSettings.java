package io.millrace.replication;

/// How this broker replicates, from Kafka's `replica.*` properties.
///
/// @param lagTimeMaxMs `replica.lag.time.max.ms`: a follower in sync that has not caught up for
///   longer leaves the in-sync replicas
/// @param fetchers `num.replica.fetchers`: connections to one leader's broker
/// @param fetchMaxBytes `replica.fetch.max.bytes`: of one partition in one fetch
/// @param fetchResponseMaxBytes `replica.fetch.response.max.bytes`
/// @param fetchMinBytes `replica.fetch.min.bytes`
/// @param fetchWaitMaxMs `replica.fetch.wait.max.ms`
/// @param fetchBackoffMs `replica.fetch.backoff.ms`: longest pause after a failed fetch
/// @param socketTimeoutMs `replica.socket.timeout.ms`
/// @param quotaWindowSeconds `replication.quota.window.num` times `.size.seconds`: how long what a
///   throttled replica has copied may hold back what follows
/// @param directoryQuotaWindowSeconds the same of `alter.log.dirs.replication.quota.window`
/// @param metadataIdleMs `metadata.max.idle.interval.ms`: the active controller writes at least
///   this often into the metadata log; 0 where it does so for changes only
public record ReplicationSettings(
    long lagTimeMaxMs,
    int fetchers,
    int fetchMaxBytes,
    int fetchResponseMaxBytes,
    int fetchMinBytes,
    int fetchWaitMaxMs,
    int fetchBackoffMs,
    int socketTimeoutMs,
    int quotaWindowSeconds,
    int directoryQuotaWindowSeconds,
    int metadataIdleMs) {

  /// Kafka's defaults.
  public static final ReplicationSettings DEFAULTS =
      new ReplicationSettings(30_000, 1, 1 << 20, 10 << 20, 1, 500, 1_000, 30_000, 11, 11, 500);

  /// How long a broker may hear nothing of the metadata log before it doubts what it knows: a news
  /// that is due comes late where the machine is busy.
  long metadataPatienceNanos() {
    return metadataIdleMs <= 0 ? Long.MAX_VALUE : 2 * metadataIdleMs * 1_000_000L;
  }

  /// No fetch session's partition goes unread for longer, so that a follower's session that has
  /// nothing to fetch still says that the follower keeps up.
  private static final long FULL_LOOK_NANOS = 2_000_000_000L;

  /// How often a fetch session looks at what has not moved: often, beside the time in which a
  /// follower must have caught up.
  public long fullLookNanos() {
    return Math.min(FULL_LOOK_NANOS, lagTimeMaxNanos() / 4);
  }

  long lagTimeMaxNanos() {
    return lagTimeMaxMs * 1_000_000L;
  }
}
