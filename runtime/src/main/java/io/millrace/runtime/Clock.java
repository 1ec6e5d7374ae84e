package io.millrace.runtime;

/// Time, read-only. Thread-safe.
public interface Clock {

  /// Milliseconds since 1970-01-01 UTC; may jump in either direction.
  long wallMs();

  /// Nanoseconds from an arbitrary origin; never goes back. Deadlines are computed from this one.
  long nanos();
}
