package io.millrace.runtime;

/// Told of programmer errors: a step, a worker's job or a connection's handler that threw. Called
/// on the thread that ran it; must not throw. A server stops its node, a test fails.
@FunctionalInterface
public interface FaultHandler {

  /// @param where the loop or pool that ran the step, for the log
  void onFault(String where, Throwable fault);
}
