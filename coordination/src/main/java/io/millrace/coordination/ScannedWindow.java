package io.millrace.coordination;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;

/// A window of a coordinator's log that a worker has gone through: its checksums are right, and it
/// is known which commits in it need no replay.
///
/// @param bytes whole batches between position and limit
/// @param nextOffset where the log goes on behind them
/// @param committedTo the high watermark before they were read
/// @param superseded ordinals of records in plain batches (see [#isPlain])
record ScannedWindow(
    ByteBuffer bytes, long nextOffset, long committedTo, SupersededCommits superseded) {

  /// @throws CorruptRecordException where a batch's checksum is wrong, or a record is malformed
  static ScannedWindow of(ByteBuffer bytes, long nextOffset, long committedTo) {
    ScannedWindow window =
        new ScannedWindow(bytes, nextOffset, committedTo, new SupersededCommits(bytes));
    RecordCursor cursor = new RecordCursor(bytes);
    int ordinal = 0;
    int at = bytes.position();
    for (RecordBatch batch : window.batches()) {
      batch.ensureValid();
      if (window.isPlain(batch)) {
        cursor.begin(at, batch.sizeInBytes());
        while (cursor.next()) {
          window.superseded.add(cursor, ordinal++);
        }
      }
      at += batch.sizeInBytes();
    }
    return window;
  }

  /// Where the first batch begins whose checksum is wrong.
  ///
  /// @param offset of the first batch
  static long firstRotten(ByteBuffer bytes, long offset) {
    long next = offset;
    for (RecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
      if (!batch.isValid()) {
        break;
      }
      next = batch.nextOffset();
    }
    return next;
  }

  Iterable<? extends RecordBatch> batches() {
    return MemoryRecords.readableRecords(bytes).batches();
  }

  int sizeInBytes() {
    return bytes.remaining();
  }

  /// Whether the batch's records can be walked in place, belong to no transaction, and are
  /// committed. Above the high watermark nothing is superseded: what is not committed may not hide
  /// what is.
  boolean isPlain(RecordBatch batch) {
    return batch.magic() == RecordBatch.MAGIC_VALUE_V2
        && !batch.isCompressed()
        && !batch.isControlBatch()
        && !batch.hasProducerId()
        && batch.nextOffset() <= committedTo;
  }
}
