package io.millrace.replication;

/// Where a follower goes on fetching. Filled by [Partition#position], used again.
final class FollowerPosition {

  /// Whether a fetch makes sense now.
  enum Readiness {
    READY,
    /// The log is being cut, or the metadata of the epoch has not arrived: later.
    LATER,
    /// What the log holds is not synced yet, so that a fetch would acknowledge too much: after the
    /// group commit.
    SYNCING,
    /// This replica does not follow in that epoch (any more).
    GONE
  }

  long fetchOffset;
  long logStartOffset;

  /// Epoch of the last record, -1 when there is none.
  int lastFetchedEpoch;

  /// Whether the replica is known to be in sync with its leader.
  boolean inSync;

  /// Whether it may fetch only as much as [ReplicationQuotas#follower] has left.
  boolean throttled;

  /// For [Partition#watch].
  long moves;
}
