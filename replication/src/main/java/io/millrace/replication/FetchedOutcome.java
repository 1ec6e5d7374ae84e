package io.millrace.replication;

/// What became of a fetched partition.
enum FetchedOutcome {
  TAKEN,
  /// It belongs to another epoch or another log end: forgotten.
  STALE,
  /// This log is empty and begins within the first batch: it is to begin with that batch
  /// ([CutPoint.Within]).
  SPANS_START,
  /// They are what the start has found rotten here, and are to be written there
  /// ([CutPoint.Refill]).
  REFILLS,
  /// What the start has found rotten is something else in the leader's log: this one is to be cut
  /// there ([CutPoint.Unlike]).
  UNLIKE,
  /// Not what a leader's log may hold: the fetch is to be repeated, later.
  REFUSED,
  /// The log directory is lost.
  FAILED
}
