package io.millrace.benchmark.load;

/// What a topic's partitions hold, by the broker's word (acknowledgements) or by reading: two
/// ledgers that are equal mean that what was acknowledged is there. Not thread-safe.
public final class Ledger {
  private final long[] batches;
  private final long[] records;
  private final long[] baseOffsets;

  public Ledger(int partitions) {
    this.batches = new long[partitions];
    this.records = new long[partitions];
    this.baseOffsets = new long[partitions];
  }

  /// Notes a batch of `count` records.
  public void add(int partition, long baseOffset, int count) {
    batches[partition]++;
    records[partition] += count;
    baseOffsets[partition] += baseOffset;
  }

  public int partitions() {
    return records.length;
  }

  /// Records of a partition; its end offset, since the topics of the benchmark begin at 0.
  public long records(int partition) {
    return records[partition];
  }

  /// Records of all partitions.
  public long records() {
    long sum = 0;
    for (long each : records) {
      sum += each;
    }
    return sum;
  }

  /// Fails with [LoadException] unless `read` holds the same batches in every partition.
  public void mustEqual(Ledger read) {
    for (int i = 0; i < records.length; i++) {
      if (batches[i] != read.batches[i]
          || records[i] != read.records[i]
          || baseOffsets[i] != read.baseOffsets[i]) {
        throw new LoadException(
            "partition %d: %d records in %d batches acknowledged, %d in %d read back"
                .formatted(i, records[i], batches[i], read.records[i], read.batches[i]));
      }
    }
  }
}
