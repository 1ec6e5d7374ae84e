package io.millrace.coordination;

import io.millrace.coordination.DecodedSlice.Batch;
import io.millrace.coordination.DecodedSlice.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns the bytes of a coordinator's log into records to replay, as Kafka's loader does: control
/// batches end transactions, records of an unknown type are left out with a warning, anything else
/// that cannot be read fails the load. Stateless; runs on workers.
///
/// Plain batches (not compressed, no transaction, below the high watermark) are gone through twice:
/// first for the commits in them that later ones supersede ([SupersededCommits]), then to decode
/// the rest. Above the high watermark nothing is left out: what is not committed may not hide what
/// is.
final class SliceDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(SliceDecoder.class);

  private final Deserializer<CoordinatorRecord> deserializer;

  SliceDecoder(Deserializer<CoordinatorRecord> deserializer) {
    this.deserializer = deserializer;
  }

  /// @param bytes whole batches, at least one
  /// @param nextOffset behind the last of them
  /// @throws CorruptRecordException where a batch's checksum is wrong
  /// @throws KafkaException where a record cannot be read
  DecodedSlice decode(TopicPartition shard, ByteBuffer bytes, long nextOffset, long highWatermark) {
    SupersededCommits superseded = findSuperseded(bytes, highWatermark);
    ArrayList<Batch> batches = new ArrayList<>();
    RecordCursor cursor = new RecordCursor(bytes);
    int plainRecords = 0;
    int otherRecords = 0;
    int at = bytes.position();
    try (BufferSupplier buffers = BufferSupplier.create()) {
      for (RecordBatch in : batchesOf(bytes)) {
        Batch batch = new Batch(in);
        if (isPlain(in, highWatermark)) {
          cursor.begin(at, in.sizeInBytes());
          while (cursor.next()) {
            if (!superseded.contains(plainRecords++)) {
              add(batch, shard, cursor.offset(), keyOf(bytes, cursor), valueOf(bytes, cursor));
            }
          }
        } else {
          otherRecords += decodeOther(shard, in, batch, buffers);
        }
        if (!batch.isEmpty()) {
          batches.add(batch);
        }
        at += in.sizeInBytes();
      }
    }
    return new DecodedSlice(batches, nextOffset, bytes.remaining(), plainRecords + otherRecords);
  }

  private static SupersededCommits findSuperseded(ByteBuffer bytes, long highWatermark) {
    SupersededCommits superseded = new SupersededCommits(bytes);
    RecordCursor cursor = new RecordCursor(bytes);
    int ordinal = 0;
    int at = bytes.position();
    for (RecordBatch in : batchesOf(bytes)) {
      in.ensureValid();
      if (isPlain(in, highWatermark)) {
        cursor.begin(at, in.sizeInBytes());
        while (cursor.next()) {
          superseded.add(cursor, ordinal++);
        }
      }
      at += in.sizeInBytes();
    }
    return superseded;
  }

  private static Iterable<? extends RecordBatch> batchesOf(ByteBuffer bytes) {
    return MemoryRecords.readableRecords(bytes).batches();
  }

  private static boolean isPlain(RecordBatch batch, long highWatermark) {
    return batch.magic() == RecordBatch.MAGIC_VALUE_V2
        && !batch.isCompressed()
        && !batch.isControlBatch()
        && !batch.hasProducerId()
        && batch.nextOffset() <= highWatermark;
  }

  private static ByteBuffer keyOf(ByteBuffer bytes, RecordCursor cursor) {
    return bytes.slice(cursor.keyAt(), Math.max(0, cursor.keyLength()));
  }

  private static @Nullable ByteBuffer valueOf(ByteBuffer bytes, RecordCursor cursor) {
    return cursor.valueLength() < 0 ? null : bytes.slice(cursor.valueAt(), cursor.valueLength());
  }

  private int decodeOther(
      TopicPartition shard, RecordBatch in, Batch batch, BufferSupplier buffers) {
    int records = 0;
    try (CloseableIterator<Record> iterator = in.streamingIterator(buffers)) {
      while (iterator.hasNext()) {
        Record record = iterator.next();
        records++;
        if (in.isControlBatch()) {
          batch.marker = marker(record);
        } else {
          add(batch, shard, record.offset(), record.key(), record.value());
        }
      }
    }
    return records;
  }

  private void add(
      Batch batch, TopicPartition shard, long offset, ByteBuffer key, @Nullable ByteBuffer value) {
    try {
      batch.entries.add(new Entry(offset, deserializer.deserialize(key, value)));
    } catch (Deserializer.UnknownRecordTypeException e) {
      LOG.warn(
          "Unknown record type {} at offset {} of {}. Ignoring it; it could be left over from an"
              + " aborted upgrade.",
          e.unknownType(),
          offset,
          shard);
    } catch (RuntimeException e) {
      throw new KafkaException("Cannot read the record at offset " + offset + " of " + shard, e);
    }
  }

  /// How the transaction ended; null for control records that are not about transactions.
  private static @Nullable TransactionResult marker(Record record) {
    return switch (ControlRecordType.parse(record.key())) {
      case COMMIT -> TransactionResult.COMMIT;
      case ABORT -> TransactionResult.ABORT;
      default -> null;
    };
  }
}
