package io.millrace.replication;

import io.millrace.log.AppendOutcome;
import io.millrace.log.EpochEnd;
import io.millrace.log.PartitionLog;
import io.millrace.log.RepairOutcome;
import io.millrace.log.format.BatchHeader;
import io.millrace.log.segment.RottenRange;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Why a follower's log has to be cut, with the evidence. What a leader says is about the log that
/// was described to it, which ended at `asked`, after a record of `askedEpoch`; once the log has
/// another end, it says nothing.
///
/// Methods and not switches over the kinds: clients wait for the first cut of a process that has
/// just started, and the JVM makes a class for every such switch when it is first reached, and for
/// a record's `toString` (decision 10).
sealed interface CutPoint {

  /// The offset from which on the leader was asked.
  long asked();

  /// Whether the evidence is about a log of which the leader was asked from this offset on, the
  /// record before being of this epoch.
  default boolean isAbout(long fetchOffset, int fetchEpoch) {
    return asked() == fetchOffset;
  }

  /// The offset to cut at, or to begin again at. Under the partition's guard.
  long target(FollowerReplica follower);

  /// Cuts. Blocks.
  ///
  /// @param target what [#target] said
  default void cut(PartitionLog log, long target, int leaderEpoch) throws IOException {
    log.truncateTo(target);
  }

  private static ByteBuffer copy(ByteBuffer bytes, int at, int length) {
    return ByteBuffer.allocateDirect(length).put(0, bytes, at, length);
  }

  /// The leader says that the follower's last epoch ended differently in its log (KIP-595).
  record Diverged(long asked, int askedEpoch, EpochEnd leaderEnd) implements CutPoint {

    @Override
    public boolean isAbout(long fetchOffset, int fetchEpoch) {
      return asked == fetchOffset && askedEpoch == fetchEpoch;
    }

    @Override
    public long target(FollowerReplica follower) {
      return follower.divergence(leaderEnd);
    }

    @Override
    public String toString() {
      return "Diverged[asked="
          + asked
          + ", askedEpoch="
          + askedEpoch
          + ", the leader's epoch "
          + leaderEnd.epoch()
          + " ends at "
          + leaderEnd.endOffset()
          + "]";
    }
  }

  /// The fetch offset was out of range and the leader's log ends below the follower's.
  record LeaderEndsBelow(long asked, long leaderEndOffset) implements CutPoint {

    @Override
    public long target(FollowerReplica follower) {
      return leaderEndOffset;
    }
  }

  /// The leader's log begins behind the follower's end: nothing here is of use. Or behind what is
  /// rotten here, which is then deleted.
  record LeaderStartsAbove(long asked, long leaderStartOffset) implements CutPoint {

    @Override
    public long target(FollowerReplica follower) {
      return Math.max(leaderStartOffset, follower.logEndOffset());
    }

    @Override
    public void cut(PartitionLog log, long target, int leaderEpoch) throws IOException {
      if (leaderStartOffset <= log.logEndOffset()) {
        log.incrementLogStartOffset(leaderStartOffset);
      } else {
        log.truncateFullyAndStartAt(target);
      }
    }
  }

  /// The leader's log begins in the middle of a batch (DeleteRecords), and so does this empty one:
  /// it begins again with that batch, which no log can hold a part of.
  ///
  /// @param batch whole, a copy
  record Within(long asked, ByteBuffer batch) implements CutPoint {

    /// Takes the first batch of what was fetched.
    static Within firstOf(long asked, FetchedPartition fetched, ByteBuffer bytes) {
      int size = BatchHeader.sizeInBytes(bytes, fetched.recordsAt);
      return new Within(asked, copy(bytes, fetched.recordsAt, size));
    }

    @Override
    public long target(FollowerReplica follower) {
      return asked;
    }

    @Override
    public void cut(PartitionLog log, long target, int leaderEpoch) throws IOException {
      if (log.beginWithin(batch, leaderEpoch) instanceof AppendOutcome.Failed failed) {
        throw failed.cause();
      }
    }

    @Override
    public String toString() {
      return "Within[asked=%d, batch of %d bytes at %d]"
          .formatted(asked, batch.limit(), BatchHeader.baseOffset(batch, 0));
    }
  }

  /// What the start has found rotten is something else in the leader's log.
  record Unlike(long asked) implements CutPoint {

    @Override
    public long target(FollowerReplica follower) {
      return asked;
    }
  }

  /// Nothing is cut: what the start has found rotten is written again, with what the leader has
  /// there, and is durable before this follower asks for more.
  ///
  /// @param batches whole ones first, a copy
  record Refill(long asked, ByteBuffer batches) implements CutPoint {

    static Refill of(long asked, FetchedPartition fetched, ByteBuffer bytes) {
      return new Refill(asked, copy(bytes, fetched.recordsAt, fetched.recordsLength));
    }

    @Override
    public long target(FollowerReplica follower) {
      return follower.logEndOffset();
    }

    @Override
    public void cut(PartitionLog log, long target, int leaderEpoch) throws IOException {
      RottenRange rotten = log.firstDamage();
      if (rotten != null
          && log.repair(rotten, batches, 0, batches.limit()) instanceof RepairOutcome.Whole whole) {
        try {
          whole.file().sync();
          log.onRepairSynced(rotten);
        } finally {
          whole.file().release();
        }
      }
    }

    @Override
    public String toString() {
      return "Refill[asked=%d, %d bytes]".formatted(asked, batches.limit());
    }
  }
}
