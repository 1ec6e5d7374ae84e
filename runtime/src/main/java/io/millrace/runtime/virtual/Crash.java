package io.millrace.runtime.virtual;

/// How a node ends in the middle of a step.
public enum Crash {
  /// As `kill -9`: the page cache stays.
  KILL,
  /// The machine loses its power, and the disk what was not synced.
  POWER
}
