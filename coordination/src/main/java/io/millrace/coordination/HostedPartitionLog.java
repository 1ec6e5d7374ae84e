package io.millrace.coordination;

import io.millrace.log.AppendOrigin;
import io.millrace.log.format.BatchHeader;
import io.millrace.replication.AckWaiter;
import io.millrace.replication.AppendAnswer;
import io.millrace.replication.Partition;
import io.millrace.replication.PartitionQuery;
import io.millrace.replication.ReadAnswer;
import io.millrace.replication.ReadRequest;
import io.millrace.runtime.FileSlice;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// A [CoordinatorLog] over a partition of this broker.
///
/// The high watermark is followed as a produce with `acks=all` waits for it: after each append,
/// until the partition says that the append is committed, or that this node leads no more
/// ([HighWatermarkListeners]).
final class HostedPartitionLog implements CoordinatorLog {
  /// A larger batch gets a buffer of its own, which is not kept.
  private static final int KEPT_BUFFER_BYTES = 64 << 10;

  private final Partition partition;
  private final HighWatermarkListeners listeners = new HighWatermarkListeners();

  /// Belongs to the shard's loop, as appends do.
  private ByteBuffer buffer = ByteBuffer.allocateDirect(4 << 10);

  private final AppendAnswer answer = new AppendAnswer();

  HostedPartitionLog(Partition partition) {
    this.partition = partition;
  }

  Partition partition() {
    return partition;
  }

  /// To be called on the shard's loop.
  @Override
  public Appended append(MemoryRecords batches) {
    ByteBuffer bytes = lend(batches.sizeInBytes());
    bytes.put(batches.buffer().duplicate()).flip();
    partition.append(
        bytes,
        0,
        bytes.limit(),
        (short) -1,
        AppendOrigin.COORDINATOR,
        ApiKeys.PRODUCE.latestVersion(),
        -1,
        answer);
    if (answer.error() != Errors.NONE) {
      return Appended.refused(answer.error(), answer.message());
    }
    long nextOffset = answer.lastOffset() + 1;
    follow(nextOffset);
    return Appended.upTo(nextOffset);
  }

  private ByteBuffer lend(int size) {
    if (size <= buffer.capacity()) {
      return buffer.clear();
    }
    ByteBuffer larger = ByteBuffer.allocateDirect(Integer.highestOneBit(size - 1) << 1);
    if (larger.capacity() <= KEPT_BUFFER_BYTES) {
      buffer = larger;
    }
    return larger;
  }

  @Override
  public Found read(long offset, ByteBuffer into) throws IOException {
    ReadRequest request = new ReadRequest();
    request.fetchOffset = offset;
    request.maxBytes = into.remaining();
    request.isolation = ReadRequest.Isolation.LOG_END;
    request.minOneBatch = true;
    ReadAnswer found = new ReadAnswer();
    partition.read(request, found);
    if (found.error() == Errors.OFFSET_OUT_OF_RANGE) {
      return offset < partition.logStartOffset() ? new Found.BeforeStart() : new Found.BehindEnd();
    }
    if (found.error() != Errors.NONE) {
      throw found.error().exception();
    }
    FileSlice slice = found.takeSlice();
    if (slice == null) {
      return new Found.AtEnd();
    }
    try {
      return slice.length() > into.remaining()
          ? new Found.Larger(slice.length())
          : new Found.Batches(copy(slice, into));
    } finally {
      slice.release();
    }
  }

  /// Copies the slice's whole batches; the last one may be cut short.
  ///
  /// @return the offset behind them
  private static long copy(FileSlice slice, ByteBuffer into) throws IOException {
    int at = into.position();
    int end = at + slice.length();
    if (slice.file().read(into.duplicate().limit(end), slice.position()) < slice.length()) {
      throw new EOFException(slice.file().path() + " is shorter than its log");
    }
    long nextOffset = -1;
    while (end - at >= BatchHeader.LENGTH_END
        && BatchHeader.hasSaneLength(into, at)
        && BatchHeader.sizeInBytes(into, at) <= end - at) {
      nextOffset = BatchHeader.lastOffset(into, at) + 1;
      at += BatchHeader.sizeInBytes(into, at);
    }
    if (nextOffset < 0) {
      throw new IOException(slice.file().path() + " has no batch at " + slice.position());
    }
    into.position(at);
    return nextOffset;
  }

  @Override
  public void suspect(long offset) {
    partition.suspect(offset);
  }

  @Override
  public int maxBatchBytes() {
    int[] bytes = new int[1];
    PartitionQuery asked =
        partition.query(-1, (log, _) -> bytes[0] = log.config().maxMessageBytes());
    if (asked.error() != Errors.NONE) {
      throw asked.error().exception();
    }
    return bytes[0];
  }

  @Override
  public long logStartOffset() {
    return partition.logStartOffset();
  }

  @Override
  public long logEndOffset() {
    return partition.logEndOffset();
  }

  @Override
  public long highWatermark() {
    return partition.highWatermark();
  }

  @Override
  public void addHighWatermarkListener(LongConsumer listener) {
    listeners.add(listener, partition::highWatermark);
    follow(partition.logEndOffset());
  }

  @Override
  public void removeHighWatermarkListener(LongConsumer listener) {
    listeners.remove(listener);
  }

  /// Has the listeners told once everything below `endOffset` is committed.
  private void follow(long endOffset) {
    Errors outcome = partition.awaitAck(endOffset, true, new Wait(listeners, endOffset), 0);
    if (outcome != null) {
      listeners.onAck(endOffset, outcome);
    }
  }

  /// One append that is to be committed.
  private record Wait(HighWatermarkListeners listeners, long endOffset) implements AckWaiter {
    @Override
    public void onAck(int ticket, Errors error) {
      listeners.onAck(endOffset, error);
    }
  }
}
