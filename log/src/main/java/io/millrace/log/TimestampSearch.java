package io.millrace.log;

import io.millrace.log.format.BatchScanner;
import io.millrace.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Predicate;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.CloseableIterator;
import org.jspecify.annotations.Nullable;

/// Records by their timestamps. The time indexes lead to a batch; which record of it is meant, the
/// record classes of kafka-clients tell, for all codecs and old magics.
final class TimestampSearch {

  private final LogState log;

  TimestampSearch(LogState log) {
    this.log = log;
  }

  /// The first record at or above the log start offset with a timestamp at or after the target.
  @Nullable OffsetTimestamp firstAtOrAfter(long targetMs) throws IOException {
    int count = log.segments.count();
    for (int i = Math.max(0, log.segments.floor(log.logStartOffset)); i < count; i++) {
      Segment segment = log.segments.get(i);
      if (segment.maxTimestamp() < targetMs) {
        continue;
      }
      Segment.Found found = segment.findTimestamp(targetMs, log.logStartOffset);
      while (found != null) {
        OffsetTimestamp record = firstIn(segment, found.position(), targetMs);
        if (record != null) {
          return record;
        }
        // Only offsets below the log start had it; go on behind this batch.
        found = nextCandidate(segment, found.position() + found.size(), targetMs);
      }
    }
    return null;
  }

  private Segment.@Nullable Found nextCandidate(Segment segment, int position, long targetMs)
      throws IOException {
    BatchScanner scanner = segment.scan(position, 4096, false);
    while (scanner.next()) {
      if (scanner.maxTimestamp() >= targetMs) {
        return new Segment.Found((int) scanner.position(), scanner.size());
      }
    }
    return null;
  }

  private @Nullable OffsetTimestamp firstIn(Segment segment, int position, long targetMs)
      throws IOException {
    MutableRecordBatch batch = load(segment, position);
    return firstRecord(
        segment,
        position,
        batch,
        record -> record.timestamp() >= targetMs && record.offset() >= log.logStartOffset);
  }

  /// The first record of a batch that matches. Only what is needed is read of it: a compressed
  /// batch was stored as it came, and may claim records of any size.
  ///
  /// @throws DamagedBatchException whatever a codec throws at hostile bytes, errors of its own and
  ///   a lack of memory for a size that it believed among them
  private static @Nullable OffsetTimestamp firstRecord(
      Segment segment, int position, MutableRecordBatch batch, Predicate<Record> wanted)
      throws DamagedBatchException {
    try (CloseableIterator<Record> records = records(batch)) {
      while (records.hasNext()) {
        Record record = records.next();
        if (wanted.test(record)) {
          return new OffsetTimestamp(
              record.offset(), record.timestamp(), batch.partitionLeaderEpoch());
        }
      }
      return null;
    } catch (AssertionError | LinkageError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      throw new DamagedBatchException(segment.path(".log"), position, e);
    }
  }

  private static CloseableIterator<Record> records(MutableRecordBatch batch) {
    return batch instanceof DefaultRecordBatch current
        ? current.skipKeyValueIterator(BufferSupplier.NO_CACHING)
        : batch.streamingIterator(BufferSupplier.NO_CACHING);
  }

  /// The first record among those with the largest timestamp; null without any.
  @Nullable OffsetTimestamp largest() throws IOException {
    Segment best = null;
    for (Segment segment : log.segments.all()) {
      if (segment.maxTimestamp() >= 0
          && (best == null || segment.maxTimestamp() > best.maxTimestamp())) {
        best = segment;
      }
    }
    if (best == null) {
      return null;
    }
    Segment.Found found = best.find(best.maxTimestampOffset());
    if (found == null) {
      return null;
    }
    MutableRecordBatch batch = load(best, found.position());
    long timestamp = batch.maxTimestamp();
    if (batch.timestampType() == TimestampType.LOG_APPEND_TIME) {
      return new OffsetTimestamp(batch.baseOffset(), timestamp, batch.partitionLeaderEpoch());
    }
    OffsetTimestamp first =
        batch.magic() == RecordBatch.MAGIC_VALUE_V0
            ? null
            : firstRecord(best, found.position(), batch, record -> record.timestamp() == timestamp);
    return first != null
        ? first
        : new OffsetTimestamp(batch.lastOffset(), timestamp, batch.partitionLeaderEpoch());
  }

  private MutableRecordBatch load(Segment segment, int position) throws IOException {
    BatchScanner scanner = segment.scan(position, 1 << 12, true);
    if (!scanner.next()) {
      throw new DamagedBatchException(segment.path(".log"), position);
    }
    ByteBuffer bytes = scanner.whole();
    ByteBuffer batch = bytes.clear().slice(scanner.at(), scanner.size());
    return MemoryRecords.readableRecords(batch).batches().iterator().next();
  }
}
