package io.millrace.log;

import java.io.IOException;

/// Whoever holds the guard of a log (a partition). The background duties of [LogDirectories] reach
/// the log through it.
public interface LogOwner {

  /// Runs one short step under the log's guard, on the calling thread.
  void guarded(LogStep step) throws IOException;

  /// Bounds what retention may take and what `replication-offset-checkpoint` says. Any thread.
  long highWatermark();

  /// A flush has moved [PartitionLog#recoveryPoint]. Called under the guard; must not block.
  void onFlushed(PartitionLog log);

  /// A step under the guard.
  @FunctionalInterface
  interface LogStep {
    void run(PartitionLog log) throws IOException;
  }
}
