package io.millrace.coordination;

import java.nio.ByteBuffer;
import java.util.Iterator;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One window's records on their way into a shard, as Kafka's loader takes them there: control
/// batches end transactions, records of an unknown type are left out with a warning, anything else
/// that cannot be read fails the load. Superseded commits are passed over.
///
/// Records are decoded here, one at a time, and not by the worker that read them: thousands of them
/// waiting would outlive the young generation. Belongs to the shard's loop.
final class WindowReplay {
  /// What one step may cost, in passed records; about half a millisecond.
  private static final int STEP_COST = 8_000;

  private static final int REPLAY_COST = 16;

  private static final Logger LOG = LoggerFactory.getLogger(WindowReplay.class);

  /// Told of each batch that is through.
  @FunctionalInterface
  interface Progress {
    void onBatch(long nextOffset);
  }

  private final TopicPartition shard;
  private final ScannedWindow window;
  private final Deserializer<CoordinatorRecord> deserializer;
  private final CoordinatorPlayback<CoordinatorRecord> playback;
  private final Progress progress;
  private final Iterator<? extends RecordBatch> batches;
  private final RecordCursor cursor;

  /// The plain batch that the cursor is in, if it is in one.
  private @Nullable RecordBatch current;

  private int batchAt;
  private int ordinal;
  private long records;

  WindowReplay(
      TopicPartition shard,
      ScannedWindow window,
      Deserializer<CoordinatorRecord> deserializer,
      CoordinatorPlayback<CoordinatorRecord> playback,
      Progress progress) {
    this.shard = shard;
    this.window = window;
    this.deserializer = deserializer;
    this.playback = playback;
    this.progress = progress;
    this.batches = window.batches().iterator();
    this.cursor = new RecordCursor(window.bytes());
    this.batchAt = window.bytes().position();
  }

  ScannedWindow window() {
    return window;
  }

  /// Records that are through, superseded ones included.
  long records() {
    return records;
  }

  /// Takes a step. True when all are through.
  boolean step() {
    int cost = 0;
    while (cost < STEP_COST) {
      RecordBatch batch = current;
      if (batch != null) {
        cost += continuePlain(batch, STEP_COST - cost);
      } else if (batches.hasNext()) {
        cost += begin(batches.next());
      } else {
        return true;
      }
    }
    return current == null && !batches.hasNext();
  }

  /// What it cost.
  private int begin(RecordBatch batch) {
    if (window.isPlain(batch)) {
      cursor.begin(batchAt, batch.sizeInBytes());
      current = batch;
      return 1;
    }
    int cost = replayWhole(batch);
    end(batch);
    return cost;
  }

  private void end(RecordBatch batch) {
    batchAt += batch.sizeInBytes();
    current = null;
    progress.onBatch(batch.nextOffset());
  }

  private int continuePlain(RecordBatch batch, int affordable) {
    int cost = 0;
    while (cost < affordable) {
      if (!cursor.next()) {
        end(batch);
        return cost;
      }
      records++;
      if (window.superseded().contains(ordinal++)) {
        cost++;
      } else {
        replay(batch, cursor.offset(), key(), value());
        cost += REPLAY_COST;
      }
    }
    return cost;
  }

  private ByteBuffer key() {
    return window.bytes().slice(cursor.keyAt(), Math.max(0, cursor.keyLength()));
  }

  private @Nullable ByteBuffer value() {
    return cursor.valueLength() < 0
        ? null
        : window.bytes().slice(cursor.valueAt(), cursor.valueLength());
  }

  private int replayWhole(RecordBatch batch) {
    int cost = 0;
    try (BufferSupplier buffers = BufferSupplier.create();
        CloseableIterator<Record> iterator = batch.streamingIterator(buffers)) {
      while (iterator.hasNext()) {
        Record record = iterator.next();
        records++;
        cost += REPLAY_COST;
        if (batch.isControlBatch()) {
          endTransaction(batch, record);
        } else {
          replay(batch, record.offset(), record.key(), record.value());
        }
      }
    }
    return cost;
  }

  private void endTransaction(RecordBatch batch, Record record) {
    TransactionResult result =
        switch (ControlRecordType.parse(record.key())) {
          case COMMIT -> TransactionResult.COMMIT;
          case ABORT -> TransactionResult.ABORT;
          default -> null;
        };
    if (result != null) {
      playback.replayEndTransactionMarker(batch.producerId(), batch.producerEpoch(), result);
    }
  }

  private void replay(RecordBatch batch, long offset, ByteBuffer key, @Nullable ByteBuffer value) {
    CoordinatorRecord record;
    try {
      record = deserializer.deserialize(key, value);
    } catch (Deserializer.UnknownRecordTypeException e) {
      LOG.warn(
          "Unknown record type {} at offset {} of {}. Ignoring it; it could be left over from an"
              + " aborted upgrade.",
          e.unknownType(),
          offset,
          shard);
      return;
    } catch (RuntimeException e) {
      throw new KafkaException("Cannot read the record at offset " + offset + " of " + shard, e);
    }
    playback.replay(offset, batch.producerId(), batch.producerEpoch(), record);
  }
}
