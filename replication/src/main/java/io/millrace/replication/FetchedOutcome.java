package io.millrace.replication;

/// What became of a fetched partition.
enum FetchedOutcome {
  TAKEN,
  /// It belongs to another epoch or another log end: forgotten.
  STALE,
  /// Not what a leader's log may hold: the fetch is to be repeated, later.
  REFUSED,
  /// The log directory is lost.
  FAILED
}
