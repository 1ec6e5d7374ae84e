package io.millrace.replication;

/// What became of a fetched partition.
enum FetchedOutcome {
  TAKEN,
  /// It belongs to another epoch or another log end: forgotten.
  STALE,
  /// This log is empty and begins within the first batch: it is to begin with that batch
  /// ([CutPoint.Within]).
  SPANS_START,
  /// Not what a leader's log may hold: the fetch is to be repeated, later.
  REFUSED,
  /// The log directory is lost.
  FAILED
}
