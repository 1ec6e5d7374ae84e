package io.millrace.replication;

import io.millrace.log.AppendOutcome;
import io.millrace.log.FlushTicket;
import io.millrace.log.FutureLogs;
import io.millrace.log.LogRead;
import io.millrace.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;

/// How a copy in another log directory takes the place of a partition's log ([DirectoryMove]).
final class LogSwap {

  // So much may be copied under the guard.
  private static final int LAST_PIECES = 4;
  private static final int LAST_PIECE_BYTES = 64 << 10;

  private final Partition partition;
  private final Replica replica;

  LogSwap(Partition partition, Replica replica) {
    this.partition = partition;
    this.replica = replica;
  }

  /// Whether a copy that an earlier process began is a beginning of the log: it ends within, in the
  /// epoch that the log has there.
  boolean agrees(PartitionLog copy) {
    synchronized (replica) {
      PartitionLog log = replica.log;
      long end = copy.logEndOffset();
      return end >= log.logStartOffset()
          && end <= log.logEndOffset()
          && copy.latestEpoch() == log.epochs().epochForOffset(Math.max(0, end - 1));
    }
  }

  /// Lets the copy be the log. The last records are copied under the guard, and made durable there
  /// as far as the log's are: the one place where the guard waits for the device, once a move.
  ///
  /// @param truncations [PartitionLog#truncations] of the log when the copy was last compared
  /// @return false where this is not the moment, or too much is left to copy
  boolean promote(PartitionLog copy, int truncations, FutureLogs.Swap swap) throws IOException {
    boolean unsynced;
    synchronized (replica) {
      if (replica.cutting
          || replica.stopped
          || replica.log.truncations() != truncations
          || !completes(copy)) {
        return false;
      }
      copy.adopt(replica.log);
      copy.producers().onHighWatermark(replica.highWatermark());
      if (copy.recoveryPoint() < replica.log.recoveryPoint()) {
        FlushTicket last = copy.prepareFlush(false);
        last.run();
        copy.completeFlush(last);
      }
      partition.moved(swap.run());
      replica.log = copy;
      replica.forgetStoredLogStart();
      replica.moves++;
      unsynced = replica.acknowledgedEnd() < copy.logEndOffset();
    }
    replica.watchers.signal();
    partition.deletions().requestStore();
    if (unsynced) {
      // What was asked of the log that is gone.
      replica.host.requestFlush(partition);
    }
    return true;
  }

  /// Copies what `copy` lacks yet, if that is little. Under the guard.
  ///
  /// @return whether it has all now
  private boolean completes(PartitionLog copy) throws IOException {
    PartitionLog log = replica.log;
    for (int piece = 0; piece < LAST_PIECES; piece++) {
      if (copy.logEndOffset() == log.logEndOffset()) {
        return true;
      }
      if (!(log.read(copy.logEndOffset(), LAST_PIECE_BYTES, log.logEndOffset(), true)
          instanceof LogRead.Data data)) {
        return false;
      }
      ByteBuffer bytes = data.load();
      if (!(copy.appendAsFollower(bytes, 0, bytes.limit(), Integer.MAX_VALUE)
          instanceof AppendOutcome.Appended)) {
        return false;
      }
    }
    return copy.logEndOffset() == log.logEndOffset();
  }
}
