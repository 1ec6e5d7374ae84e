package io.millrace.coordination;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.jspecify.annotations.Nullable;

/// A piece of a coordinator's log, ready to be replayed: made on a worker, handed to the shard's
/// loop, touched by one of them at a time.
///
/// @param batches in log order, at least one
/// @param bytes that were read
/// @param records in them, those included that need no replay
record DecodedSlice(List<Batch> batches, int bytes, int records) {

  long nextOffset() {
    return batches.getLast().nextOffset;
  }

  /// One batch: either records, or the end of a transaction.
  static final class Batch {
    final long nextOffset;
    final long producerId;
    final short producerEpoch;
    final ArrayList<Entry> entries = new ArrayList<>(1);
    @Nullable TransactionResult marker;

    Batch(RecordBatch batch) {
      this.nextOffset = batch.nextOffset();
      this.producerId = batch.producerId();
      this.producerEpoch = batch.producerEpoch();
    }
  }

  /// One record, or none any more where a later one of the slice supersedes it.
  static final class Entry {
    final long offset;
    @Nullable CoordinatorRecord record;

    Entry(long offset, CoordinatorRecord record) {
      this.offset = offset;
      this.record = record;
    }
  }
}
