package io.millrace.benchmark.failover;

import io.millrace.benchmark.load.LoadException;
import java.util.BitSet;

/// One partition's records, numbered from 0 as they were sent: which were acknowledged, which were
/// read, and the longest time between two acknowledgements. Any thread.
final class AckBook {
  private static final long NANOS_PER_MS = 1_000_000;

  private final int partition;
  private final BitSet acknowledged = new BitSet();
  private final BitSet read = new BitSet();
  private long lastOffset = -1;
  private long lastNanos;
  private long longestNanos;
  private long longestFromNanos;
  private long readRecords;

  /// A time without an acknowledgement.
  ///
  /// @param fromNanos when the one before it came
  record Gap(long ms, long fromNanos) {}

  AckBook(int partition, long nowNanos) {
    this.partition = partition;
    this.lastNanos = nowNanos;
  }

  synchronized void acknowledge(int number, long offset, long nowNanos) {
    if (nowNanos - lastNanos > longestNanos) {
      longestNanos = nowNanos - lastNanos;
      longestFromNanos = lastNanos;
    }
    lastNanos = nowNanos;
    lastOffset = Math.max(lastOffset, offset);
    acknowledged.set(number);
  }

  /// Forgets the longest gap so far; one that is open counts in full.
  synchronized void forgetGaps() {
    longestNanos = 0;
  }

  /// The longest gap in milliseconds, the open one included.
  long gapMs(long nowNanos) {
    return longestGap(nowNanos).ms();
  }

  /// The longest gap, the open one included.
  synchronized Gap longestGap(long nowNanos) {
    return nowNanos - lastNanos > longestNanos
        ? new Gap((nowNanos - lastNanos) / NANOS_PER_MS, lastNanos)
        : new Gap(longestNanos / NANOS_PER_MS, longestFromNanos);
  }

  /// Whether anything was acknowledged after `nanos`.
  synchronized boolean hasAcknowledgedSince(long nanos) {
    return lastNanos - nanos > 0;
  }

  /// The highest offset acknowledged; −1 before the first.
  synchronized long lastOffset() {
    return lastOffset;
  }

  /// A record was read. A producer that is idempotent stores each once.
  synchronized void read(int number) {
    if (read.get(number)) {
      throw new LoadException(
          "record %d of partition %d is stored twice".formatted(number, partition));
    }
    read.set(number);
    readRecords++;
  }

  /// Fails unless every record of `wanted` was read.
  synchronized void mustHoldAll(BitSet wanted) {
    BitSet missing = (BitSet) wanted.clone();
    missing.andNot(read);
    if (!missing.isEmpty()) {
      throw new LoadException(
          "partition %d lacks %d acknowledged records, such as %d"
              .formatted(partition, missing.cardinality(), missing.nextSetBit(0)));
    }
  }

  synchronized BitSet acknowledged() {
    return (BitSet) acknowledged.clone();
  }

  synchronized long readRecords() {
    return readRecords;
  }
}
