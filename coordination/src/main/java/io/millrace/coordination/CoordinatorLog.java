package io.millrace.coordination;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/// One partition of a coordinator's topic, as its shard needs it: led by this node when it was
/// looked up. All methods may be called from any thread; none but [#read] waits for a device.
public interface CoordinatorLog {

  /// Appends whole batches as the leader, with the origin "coordinator". Offsets and epoch are set
  /// by the log; the buffer may be reused once this returns.
  Appended append(MemoryRecords batches);

  /// Puts whole batches, up to the log end, into `into` as far as they fit, the first of which ends
  /// behind `offset` (and may begin before it). Blocks: on workers only.
  Found read(long offset, ByteBuffer into) throws IOException;

  /// What was read at `offset` cannot be used: somebody should look whether it has rotted.
  default void suspect(long offset) {}

  /// Bytes a batch may have at most (`max.message.bytes`).
  int maxBatchBytes();

  long logStartOffset();

  long logEndOffset();

  long highWatermark();

  /// Tells `listener` the high watermark now and whenever it has moved, never backwards, until it
  /// is removed or this node no longer leads the partition; after that never again. It is called on
  /// any thread, the appending one too, and must only leave a message.
  void addHighWatermarkListener(LongConsumer listener);

  void removeHighWatermarkListener(LongConsumer listener);

  /// What became of an append.
  ///
  /// @param error [Errors#NONE], or why nothing was written
  /// @param message more on the error, for people
  /// @param nextOffset the log end right after the batches; meaningless with an error
  record Appended(Errors error, @Nullable String message, long nextOffset) {

    public static Appended upTo(long nextOffset) {
      return new Appended(Errors.NONE, null, nextOffset);
    }

    public static Appended refused(Errors error, @Nullable String message) {
      return new Appended(error, message, -1);
    }
  }

  /// What a read found.
  sealed interface Found {

    /// Batches, which the buffer's position is behind now.
    ///
    /// @param nextOffset where the log goes on
    record Batches(long nextOffset) implements Found {}

    /// Not even the next batch fits in.
    ///
    /// @param bytes that would do
    record Larger(int bytes) implements Found {}

    /// The offset is the log end: there is nothing yet.
    record AtEnd() implements Found {}

    /// The offset lies behind the log end. The batch that says that the log goes on there is
    /// rotten, or was cut off, in which case this node does not lead the partition any more.
    record BehindEnd() implements Found {}

    /// The offset lies before the log start, which moved: records up to there were deleted.
    record BeforeStart() implements Found {}
  }
}
