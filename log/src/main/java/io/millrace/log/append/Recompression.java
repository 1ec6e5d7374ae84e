package io.millrace.log.append;

import io.millrace.log.RecordError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.jspecify.annotations.Nullable;

/// The slow path: looks into compressed batches, and writes batches again with another codec. Uses
/// Kafka's record classes; a record is an object here.
///
/// Everything that a codec may throw at hostile bytes comes out as a [RuntimeException]; the caller
/// takes any of them for an unreadable batch. Snappy throws an `Error` of its own, and a codec that
/// believes a size in the bytes may ask for more memory than there is.
final class Recompression {

  private Recompression() {}

  /// What is wrong with the keys of a compressed batch on a compacted topic.
  static List<RecordError> keylessRecords(ByteBuffer batch) {
    return guarded(() -> findKeyless(batch));
  }

  private static <T extends @Nullable Object> T guarded(Supplier<T> work) {
    try {
      return work.get();
    } catch (AssertionError | LinkageError e) {
      throw e;
    } catch (Error e) {
      throw new IllegalArgumentException(e.toString(), e);
    }
  }

  private static List<RecordError> findKeyless(ByteBuffer batch) {
    List<RecordError> errors = new ArrayList<>();
    MutableRecordBatch source = only(batch);
    int index = 0;
    try (CloseableIterator<Record> records =
        source.skipKeyValueIterator(BufferSupplier.NO_CACHING)) {
      while (records.hasNext()) {
        if (!records.next().hasKey()) {
          errors.add(new RecordError(index, "Compacted topic cannot accept message without key"));
        }
        index++;
      }
    }
    return errors;
  }

  /// What a rewritten batch needs besides its records.
  ///
  /// @param timestamps of the topic
  record Target(
      Compression compression,
      TimestampType timestamps,
      long baseOffset,
      long nowMs,
      int leaderEpoch,
      boolean keysRequired,
      long oldestMs,
      long newestMs,
      int maxBytes) {}

  /// Writes the batch again.
  ///
  /// @param errors gets the records at fault; if there are any, the result is worthless
  /// @return null when it grew beyond `maxBytes` while it was written
  static @Nullable ByteBuffer rewrite(ByteBuffer batch, Target target, Errors errors) {
    return guarded(() -> write(batch, target, errors));
  }

  private static @Nullable ByteBuffer write(ByteBuffer batch, Target target, Errors errors) {
    MutableRecordBatch source = only(batch);
    MemoryRecordsBuilder builder =
        MemoryRecords.builder(
            ByteBuffer.allocate(Math.max(1024, batch.remaining())),
            RecordBatch.CURRENT_MAGIC_VALUE,
            target.compression(),
            target.timestamps(),
            target.baseOffset(),
            target.nowMs(),
            source.producerId(),
            source.producerEpoch(),
            source.baseSequence(),
            source.isTransactional(),
            target.leaderEpoch());
    int index = 0;
    boolean checkTime = target.timestamps() == TimestampType.CREATE_TIME;
    try (CloseableIterator<Record> records = source.streamingIterator(BufferSupplier.NO_CACHING)) {
      while (records.hasNext()) {
        Record record = records.next();
        long timestamp = record.timestamp();
        if (target.keysRequired() && !record.hasKey()) {
          errors.add(index, "Compacted topic cannot accept message without key", false);
        } else if (checkTime
            && timestamp != RecordBatch.NO_TIMESTAMP
            && (timestamp < target.oldestMs() || timestamp > target.newestMs())) {
          errors.add(
              index,
              RecordWalk.timestampOutOfRange(timestamp, target.oldestMs(), target.newestMs()),
              true);
        } else if (errors.list.isEmpty()) {
          builder.appendWithOffset(target.baseOffset() + index, record);
          if (builder.buffer().position() > target.maxBytes()) {
            return null;
          }
        }
        index++;
      }
    }
    return builder.build().buffer();
  }

  /// Records at fault, and whether time is the reason for one of them.
  static final class Errors {
    final List<RecordError> list = new ArrayList<>();
    boolean timestamp;

    private void add(int index, String message, boolean isTimestamp) {
      list.add(new RecordError(index, message));
      timestamp |= isTimestamp;
    }
  }

  private static MutableRecordBatch only(ByteBuffer batch) {
    return MemoryRecords.readableRecords(batch).batches().iterator().next();
  }
}
