package io.millrace.coordination;

import io.millrace.runtime.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/// A partition in memory, whose appends fail and whose high watermark moves as the test says.
final class MemoryLog implements CoordinatorLog {
  private static final int LAST_OFFSET_DELTA = 23;

  private record Stored(long firstOffset, long nextOffset, byte[] bytes) {

    long claimedNextOffset() {
      return firstOffset + ByteBuffer.wrap(bytes).getInt(LAST_OFFSET_DELTA) + 1;
    }
  }

  private final List<Stored> batches = new ArrayList<>();
  private final List<LongConsumer> listeners = new ArrayList<>();
  private final EventLoop loop;
  private long logStartOffset;
  private long logEndOffset;
  private long highWatermark;
  private Errors nextAppend = Errors.NONE;
  private boolean replicating = true;
  private int appends;

  MemoryLog(EventLoop loop) {
    this.loop = loop;
  }

  void failNextAppend(Errors error) {
    nextAppend = error;
  }

  /// While false, the high watermark stands still.
  void replicate(boolean on) {
    replicating = on;
    if (on) {
      advanceHighWatermark();
    }
  }

  /// Adds batches as they are, at the log's end.
  void store(MemoryRecords records) {
    append(records);
  }

  /// Flips a bit of the last batch's records.
  void spoilLastBatch() {
    byte[] bytes = batches.getLast().bytes;
    bytes[bytes.length - 1] ^= 1;
  }

  /// Flips it back.
  void mendLastBatch() {
    spoilLastBatch();
  }

  /// Flips a bit of the last batch's header, or flips it back: it then claims to end a million
  /// offsets later.
  void flipEndOfLastBatch() {
    batches.getLast().bytes[LAST_OFFSET_DELTA + 1] ^= 1 << 4;
  }

  void deleteUpTo(long offset) {
    logStartOffset = offset;
    batches.removeIf(batch -> batch.nextOffset <= offset);
  }

  int appends() {
    return appends;
  }

  int listeners() {
    return listeners.size();
  }

  @Override
  public Appended append(MemoryRecords records) {
    if (nextAppend != Errors.NONE) {
      Errors error = nextAppend;
      nextAppend = Errors.NONE;
      return Appended.refused(error, "as the test says");
    }
    appends++;
    for (MutableRecordBatch batch : records.batches()) {
      long first = logEndOffset;
      batch.setLastOffset(first + batch.lastOffset() - batch.baseOffset());
      batch.setPartitionLeaderEpoch(0);
      ByteBuffer copy = ByteBuffer.allocate(batch.sizeInBytes());
      batch.writeTo(copy);
      logEndOffset = batch.lastOffset() + 1;
      batches.add(new Stored(first, logEndOffset, copy.array()));
    }
    if (replicating) {
      advanceHighWatermark();
    }
    return Appended.upTo(logEndOffset);
  }

  private void advanceHighWatermark() {
    highWatermark = logEndOffset;
    long reached = highWatermark;
    for (LongConsumer listener : List.copyOf(listeners)) {
      loop.execute(() -> listener.accept(reached));
    }
  }

  @Override
  public Found read(long offset, ByteBuffer into) {
    if (offset < logStartOffset) {
      return new Found.BeforeStart();
    }
    if (offset > logEndOffset) {
      return new Found.BehindEnd();
    }
    long nextOffset = offset;
    for (Stored batch : batches) {
      if (batch.nextOffset > offset) {
        if (batch.bytes.length > into.remaining()) {
          return nextOffset == offset
              ? new Found.Larger(batch.bytes.length)
              : new Found.Batches(nextOffset);
        }
        into.put(batch.bytes);
        nextOffset = batch.claimedNextOffset();
      }
    }
    return nextOffset == offset ? new Found.AtEnd() : new Found.Batches(nextOffset);
  }

  @Override
  public int maxBatchBytes() {
    return 1 << 20;
  }

  @Override
  public long logStartOffset() {
    return logStartOffset;
  }

  @Override
  public long logEndOffset() {
    return logEndOffset;
  }

  @Override
  public long highWatermark() {
    return highWatermark;
  }

  @Override
  public void addHighWatermarkListener(LongConsumer listener) {
    listeners.add(listener);
    listener.accept(highWatermark);
  }

  @Override
  public void removeHighWatermarkListener(LongConsumer listener) {
    listeners.remove(listener);
  }
}
