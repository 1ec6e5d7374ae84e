package io.millrace.replication;

import io.millrace.log.LogDirectories;
import io.millrace.log.segment.RottenRange;
import java.io.IOException;

/// What a [Partition] asks of whoever hosts it. Called outside of the partition's guard, except
/// where said.
interface ReplicaHost {

  ReplicationSettings settings();

  /// May be called under a guard.
  ReplicationQuotas quotas();

  /// [io.millrace.runtime.Clock#nanos]. May be called under a guard.
  long nanos();

  /// Whether the metadata has this incarnation of a broker as registered, not fenced and not
  /// shutting down. May be called under a guard.
  ///
  /// @param brokerEpoch -1 when the broker did not tell, [FollowerProgress#UNKNOWN_EPOCH] when it
  ///   never fetched
  boolean mayJoinIsr(int brokerId, long brokerEpoch);

  /// Whether this broker still hears of the metadata log, so that it would soon know if it led no
  /// more. May be called under a guard.
  boolean hearsOfMetadata();

  /// The partition's leader has something to tell the controller.
  void onProposal(Partition partition);

  /// `flush.messages` is reached.
  void requestFlush(Partition partition);

  /// The log start was raised: it shall be written down soon. [Partition#onLogStartStored] tells.
  void storeLogStart(Partition partition);

  /// The partition's log directory failed under it.
  void onDiskFailure(Partition partition, IOException cause);

  /// Somebody could not use what the partition's log has at `offset`.
  void suspect(Partition partition, long offset);

  /// The partition leads with damage that its start has found, and takes no appends before that is
  /// repaired.
  void repair(Partition partition, RottenRange range);

  /// Runs a step that rewrites the partition's files, while nobody else syncs or renames them.
  /// Blocks; does nothing when the log has left this broker. Called on a worker.
  void maintain(Partition partition, LogDirectories.DiskStep step) throws IOException;

  /// Runs a step soon, on a thread that holds no guard. May be called under a guard.
  void later(Runnable step);
}
