package io.millrace.simulation.client;

import io.millrace.simulation.audit.Written;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/// Records that travel together, and stay together whenever they are sent again.
///
/// @param sequence of the first record; its number, since a producer keeps its id
/// @param createdMs wall clock: brokers forget records and producers by this
record ProducerBatch(
    TopicPartition partition,
    int sequence,
    List<Written> records,
    long createdMs,
    boolean compressed) {

  /// @param producerId -1 for a producer without
  MemoryRecords encode(long producerId, short producerEpoch) {
    Compression compression = compressed ? Compression.gzip().build() : Compression.NONE;
    SimpleRecord[] encoded = new SimpleRecord[records.size()];
    for (int i = 0; i < encoded.length; i++) {
      encoded[i] = new SimpleRecord(createdMs, null, records.get(i).bytes());
    }
    return producerId < 0
        ? MemoryRecords.withRecords(compression, encoded)
        : MemoryRecords.withIdempotentRecords(
            compression, producerId, producerEpoch, sequence, encoded);
  }

  @Override
  public String toString() {
    return records.getFirst() + " and " + (records.size() - 1) + " more";
  }
}
