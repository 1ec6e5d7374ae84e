package io.millrace.replication;

import org.apache.kafka.common.record.internal.RecordBatch;

/// A batch as a replica stores it, by what must be equal everywhere.
record StoredBatch(long baseOffset, long lastOffset, int epoch, long checksum) {

  static StoredBatch of(RecordBatch batch) {
    batch.ensureValid();
    return new StoredBatch(
        batch.baseOffset(), batch.lastOffset(), batch.partitionLeaderEpoch(), batch.checksum());
  }
}
