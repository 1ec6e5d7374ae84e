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
/// @param batches in log order; those with nothing to replay are left out
/// @param nextOffset where the log goes on behind the piece
/// @param bytes that were read
/// @param records in them, those included that need no replay
record DecodedSlice(List<Batch> batches, long nextOffset, int bytes, int records) {

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

    boolean isEmpty() {
      return entries.isEmpty() && marker == null;
    }
  }

  /// One record.
  record Entry(long offset, CoordinatorRecord record) {}
}
