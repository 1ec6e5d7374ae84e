package io.millrace.log.segment;

import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.BatchScanner;
import java.io.IOException;

/// What a segment knows of its batches' timestamps. For a segment found on disk it is read when
/// first asked for, so that opening a log reads nothing. Under the guard of the segment's log.
final class SegmentTimes {

  static final long NO_TIMESTAMP = -1;

  /// Not read yet.
  private static final long UNKNOWN = Long.MIN_VALUE;

  private final TimeIndex index;

  /// Largest timestamp and the last offset of its batch.
  private long max = UNKNOWN;

  private long maxOffset;

  /// Max timestamp of the first batch.
  private long first = UNKNOWN;

  SegmentTimes(TimeIndex index) {
    this.index = index;
  }

  /// The segment has no batch.
  void clear(long baseOffset) {
    first = UNKNOWN;
    max = NO_TIMESTAMP;
    maxOffset = baseOffset;
  }

  /// Takes note of a batch that was appended, or found.
  void note(long timestampMs, long lastOffset, boolean firstBatch) throws IOException {
    if (firstBatch) {
      first = timestampMs;
    }
    if (timestampMs > max()) {
      max = timestampMs;
      maxOffset = lastOffset;
    }
  }

  /// -1 when there is none. What closing wrote is the last entry of the index.
  long max() throws IOException {
    if (max == UNKNOWN) {
      readIndex();
    }
    return max;
  }

  /// Last offset of the batch with the largest timestamp.
  long maxOffset() throws IOException {
    max();
    return maxOffset;
  }

  /// Goes back to what the index says; batches behind its last entry are noted again by the caller.
  void readIndex() throws IOException {
    TimeIndex.Entry last = index.last();
    max = last.timestampMs();
    maxOffset = last.offset();
  }

  void forgetFirst() {
    first = UNKNOWN;
  }

  /// Of the first batch, which lies at the beginning of `segment`; -1 when it has none.
  long first(Segment segment) throws IOException {
    if (first == UNKNOWN) {
      BatchScanner scanner = segment.scan(0, BatchHeader.SIZE, false);
      first = scanner.next() ? scanner.maxTimestamp() : NO_TIMESTAMP;
    }
    return first;
  }
}
