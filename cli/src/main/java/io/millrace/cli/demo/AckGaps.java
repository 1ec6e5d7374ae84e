package io.millrace.cli.demo;

import java.util.Arrays;

/// The longest time between two acknowledgements of each partition. Any thread; times in
/// nanoseconds of one clock.
final class AckGaps {
  private final long[] lastNanos;
  private final long[] longestNanos;

  AckGaps(int partitions, long nowNanos) {
    lastNanos = new long[partitions];
    longestNanos = new long[partitions];
    Arrays.fill(lastNanos, nowNanos);
  }

  synchronized void onAck(int partition, long nowNanos) {
    longestNanos[partition] = Math.max(longestNanos[partition], nowNanos - lastNanos[partition]);
    lastNanos[partition] = nowNanos;
  }

  /// Forgets the longest gaps so far; one that is open now counts in full.
  synchronized void reset() {
    Arrays.fill(longestNanos, 0);
  }

  /// Milliseconds by partition, open gaps included.
  synchronized long[] millis(long nowNanos) {
    long[] millis = new long[lastNanos.length];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = Math.max(longestNanos[i], nowNanos - lastNanos[i]) / 1_000_000;
    }
    return millis;
  }
}
