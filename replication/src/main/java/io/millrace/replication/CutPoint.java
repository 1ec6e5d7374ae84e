package io.millrace.replication;

import io.millrace.log.EpochEnd;
import io.millrace.log.format.BatchHeader;
import java.nio.ByteBuffer;

/// Why a follower's log has to be cut, with the evidence. What a leader says is about the log that
/// was described to it, which ended at `asked`, after a record of `askedEpoch`; once the log has
/// another end, it says nothing.
sealed interface CutPoint {

  /// The leader says that the follower's last epoch ended differently in its log (KIP-595).
  record Diverged(long asked, int askedEpoch, EpochEnd leaderEnd) implements CutPoint {}

  /// The fetch offset was out of range and the leader's log ends below the follower's.
  record LeaderEndsBelow(long asked, long leaderEndOffset) implements CutPoint {}

  /// The leader's log begins behind the follower's end: nothing here is of use.
  record LeaderStartsAbove(long asked, long leaderStartOffset) implements CutPoint {}

  /// The leader's log begins in the middle of a batch (DeleteRecords), and so does this empty one:
  /// it begins again with that batch, which no log can hold a part of.
  ///
  /// @param batch whole, a copy
  record Within(long asked, ByteBuffer batch) implements CutPoint {

    /// Takes the first batch of what was fetched.
    static Within firstOf(long asked, FetchedPartition fetched, ByteBuffer bytes) {
      int size = BatchHeader.sizeInBytes(bytes, fetched.recordsAt);
      ByteBuffer copy = ByteBuffer.allocateDirect(size);
      copy.put(0, bytes, fetched.recordsAt, size);
      return new Within(asked, copy);
    }

    @Override
    public String toString() {
      return "Within[asked=%d, batch of %d bytes at %d]"
          .formatted(asked, batch.limit(), BatchHeader.baseOffset(batch, 0));
    }
  }

  /// Recovery has found damage here; the leader has the records.
  record Damaged() implements CutPoint {}

  /// Whether the evidence is about a log with this end.
  default boolean isAbout(long logEndOffset, int latestEpoch) {
    return switch (this) {
      case Diverged(long asked, int askedEpoch, _) ->
          asked == logEndOffset && askedEpoch == latestEpoch;
      case LeaderEndsBelow(long asked, _) -> asked == logEndOffset;
      case LeaderStartsAbove(long asked, _) -> asked == logEndOffset;
      case Within(long asked, _) -> asked == logEndOffset;
      case Damaged() -> true;
    };
  }
}
