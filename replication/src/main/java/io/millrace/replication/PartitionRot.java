package io.millrace.replication;

import io.millrace.log.RepairOutcome;
import io.millrace.log.segment.RottenRange;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// What is rotten in a partition's log on this broker, for those who repair it ([RotRepairs]). Any
/// thread.
final class PartitionRot {

  private final Partition partition;
  private final Replica replica;

  PartitionRot(Partition partition, Replica replica) {
    this.partition = partition;
    this.replica = replica;
  }

  /// The other replicas, in the order in which they are likely to have what this one lacks.
  List<Integer> sources() {
    synchronized (replica) {
      return replica.others();
    }
  }

  /// Writes another replica's bytes over a rotten range ([io.millrace.log.PartitionLog#repair]).
  ///
  /// @param bytes lent
  RepairOutcome repair(RottenRange range, ByteBuffer bytes, int position, int length) {
    RepairOutcome[] outcome = {RepairOutcome.GONE};
    try {
      partition.guarded(log -> outcome[0] = log.repair(range, bytes, position, length));
    } catch (IOException e) {
      replica.host.onDiskFailure(partition, e);
    }
    return outcome[0];
  }

  /// Makes a repair durable, and lets those go on who were refused the range. Blocks, and where it
  /// ends damage reads some of the log under the guard: once, for a log that takes no appends
  /// before.
  void sync(RottenRange range, DiskFile repaired) {
    try {
      repaired.sync();
      partition.guarded(log -> {
        log.onRepairSynced(range);
        log.producers().onHighWatermark(replica.highWatermark());
      });
    } catch (IOException e) {
      replica.host.onDiskFailure(partition, e);
    } finally {
      repaired.release();
    }
    synchronized (replica) {
      replica.moves++;
    }
    replica.watchers.signal();
  }

  /// Nobody has this range: readers are told so.
  RottenRange markLost(RottenRange range) {
    synchronized (replica) {
      if (replica.isUsable()) {
        replica.log.markLost(range, true);
      }
    }
    return range.asLost(true);
  }

  /// Whether it still is.
  boolean contains(RottenRange range) {
    synchronized (replica) {
      return replica.isUsable() && replica.log.rot().contains(range);
    }
  }
}
