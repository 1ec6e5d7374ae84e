package io.millrace.coordination;

import io.millrace.coordination.DecodedSlice.Batch;
import io.millrace.coordination.DecodedSlice.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns the bytes of a coordinator's log into records to replay, as Kafka's loader does: control
/// batches end transactions, records of an unknown type are left out with a warning, anything else
/// that cannot be read fails the load. Stateless; runs on workers.
///
/// A log that nobody has compacted holds the same offset commits over and over, and applying one
/// costs five times what reading one costs. So in a run of nothing but plain commits (no tombstone,
/// no transaction, no other record between them) only the last one of each key is kept: the later
/// one overwrites the earlier one's every trace.
final class SliceDecoder {
  private static final Logger LOG = LoggerFactory.getLogger(SliceDecoder.class);

  private final Deserializer<CoordinatorRecord> deserializer;

  SliceDecoder(Deserializer<CoordinatorRecord> deserializer) {
    this.deserializer = deserializer;
  }

  /// @param bytes whole batches, at least one
  /// @throws CorruptRecordException where a batch's checksum is wrong
  /// @throws KafkaException where a record cannot be read
  DecodedSlice decode(TopicPartition shard, ByteBuffer bytes) {
    int size = bytes.remaining();
    int records = 0;
    ArrayList<Batch> batches = new ArrayList<>();
    HashMap<OffsetCommitKey, Entry> latestOfRun = new HashMap<>();
    try (BufferSupplier buffers = BufferSupplier.create()) {
      for (RecordBatch in : MemoryRecords.readableRecords(bytes).batches()) {
        in.ensureValid();
        Batch batch = new Batch(in);
        batches.add(batch);
        try (CloseableIterator<Record> iterator = in.streamingIterator(buffers)) {
          while (iterator.hasNext()) {
            Record record = iterator.next();
            records++;
            if (in.isControlBatch()) {
              batch.marker = marker(record);
              latestOfRun.clear();
            } else {
              addRecord(shard, record, batch, latestOfRun);
            }
          }
        }
      }
    }
    if (batches.isEmpty()) {
      throw new CorruptRecordException("No whole batch in " + size + " bytes of " + shard + ".");
    }
    return new DecodedSlice(batches, size, records);
  }

  private void addRecord(
      TopicPartition shard, Record in, Batch batch, HashMap<OffsetCommitKey, Entry> latestOfRun) {
    CoordinatorRecord record;
    try {
      record = deserializer.deserialize(in.key(), in.value());
    } catch (Deserializer.UnknownRecordTypeException e) {
      LOG.warn(
          "Unknown record type {} at offset {} of {}. Ignoring it; it could be left over from an"
              + " aborted upgrade.",
          e.unknownType(),
          in.offset(),
          shard);
      return;
    } catch (RuntimeException e) {
      throw new KafkaException(
          "Cannot read the record at offset " + in.offset() + " of " + shard, e);
    }
    Entry entry = new Entry(in.offset(), record);
    batch.entries.add(entry);
    if (record.key() instanceof OffsetCommitKey key
        && record.value() != null
        && batch.producerId == RecordBatch.NO_PRODUCER_ID) {
      Entry superseded = latestOfRun.put(key, entry);
      if (superseded != null) {
        superseded.record = null;
      }
    } else {
      latestOfRun.clear();
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
