package io.millrace.replication;

import java.io.IOException;

/// What a [Partition] asks of whoever hosts it. Called outside of the partition's guard, except
/// [#later].
interface ReplicaHost {

  /// `flush.messages` is reached.
  void requestFlush(Partition partition);

  /// The partition's log directory failed under it.
  void onDiskFailure(Partition partition, IOException cause);

  /// Runs a step soon, on a thread that holds no guard. May be called under a guard.
  void later(Runnable step);
}
