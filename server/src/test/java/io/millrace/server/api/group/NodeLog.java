package io.millrace.server.api.group;

import io.millrace.coordination.CoordinatorLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/// An empty partition of the offsets topic that commits what it is given at once, and is not read
/// again.
final class NodeLog implements CoordinatorLog {
  private final List<LongConsumer> listeners = new ArrayList<>();
  private long end;

  @Override
  public Appended append(MemoryRecords batches) {
    for (MutableRecordBatch batch : batches.batches()) {
      end += batch.lastOffset() - batch.baseOffset() + 1;
    }
    List.copyOf(listeners).forEach(listener -> listener.accept(end));
    return Appended.upTo(end);
  }

  @Override
  public Found read(long offset, ByteBuffer into) {
    return new Found.AtEnd();
  }

  @Override
  public int maxBatchBytes() {
    return 1 << 20;
  }

  @Override
  public long logStartOffset() {
    return 0;
  }

  @Override
  public long logEndOffset() {
    return end;
  }

  @Override
  public long highWatermark() {
    return end;
  }

  @Override
  public void addHighWatermarkListener(LongConsumer listener) {
    listeners.add(listener);
    listener.accept(end);
  }

  @Override
  public void removeHighWatermarkListener(LongConsumer listener) {
    listeners.remove(listener);
  }
}
