package io.millrace.runtime;

/// A step that waits for its time on one [EventLoop].
public interface Timer {

  /// Makes sure the step will not start after this returns, if called on the timer's loop; from
  /// other threads it may race with the start. Does nothing when it has run already.
  void cancel();
}
