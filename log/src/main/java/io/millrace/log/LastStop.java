package io.millrace.log;

/// How the process that used a log directory before came to its end: what its files can be trusted
/// for.
public enum LastStop {

  /// It closed the directory whole and made everything durable.
  CLEAN,

  /// It was killed, and the machine has run on since: every write that returned can be read. Only
  /// the very last one may be torn.
  KILLED,

  /// Nobody knows; the machine may have lost its power. What was not synced may be there, missing,
  /// or there with holes.
  UNKNOWN
}
