package io.millrace.log;

/// What there is of all that a log had promised before the process that opened it.
public enum Integrity {

  /// All of it.
  WHOLE,

  /// All of it, but ranges that have rotted. Repaired in place they are what they were.
  DAMAGED,

  /// Not all of it, and what is fetched instead may be something else.
  LACKING
}
