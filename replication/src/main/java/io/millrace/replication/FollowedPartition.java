package io.millrace.replication;

import org.apache.kafka.common.Uuid;

/// One partition that a [ReplicaFetcher] fetches, in one leader epoch. Belongs to the fetcher's
/// loop.
///
/// ```
///  DIRTY    --named in a request-->                               FETCHED
///  FETCHED  --records, a new position-->                          DIRTY
///  FETCHED  --an error, a log to be cut, an offset out of range-->  HELD   (the session forgets it)
///  HELD     --time, cut, offsets known-->                         DIRTY
/// ```
final class FollowedPartition {

  /// How responses name it.
  record Key(Uuid topicId, int index) {}

  final Partition partition;
  final Key key;
  final int leaderEpoch;

  /// Whether the leader's session has it, with [#sentOffset].
  boolean inSession;

  boolean held;

  /// Where the leader's session has it from.
  long sentOffset;

  long sentLogStart;

  int sentLastEpoch;

  /// The request that named it last: what earlier ones bring is not for this position.
  long sentIn;

  /// Whether it had all that the leader had committed, when it last heard from it.
  boolean caughtUp;

  /// Whether what it fetches counts against [ReplicationQuotas#follower].
  boolean throttled;

  /// Attempts in a row that came to nothing.
  int failures;

  /// Answers in a row that the leader and this broker do not agree who leads.
  int disagreements;

  /// Its position waits for a sync, and the fetcher watches for that.
  boolean watched;

  FollowedPartition(Partition partition, int leaderEpoch) {
    this.partition = partition;
    this.leaderEpoch = leaderEpoch;
    this.key = new Key(partition.id().topicId(), partition.id().partition());
  }
}
