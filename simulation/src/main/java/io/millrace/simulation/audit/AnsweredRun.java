package io.millrace.simulation.audit;

import java.util.TreeMap;

/// How far the answers to a producer's records of a partition go without a gap. Whatever comes
/// behind may be stored, but the producer may have to send it again.
final class AnsweredRun {

  private final TreeMap<Integer, Long> beyond = new TreeMap<>();
  private int next;
  private long lastOffset = -1;

  /// @param offset where the record is; -1 when the answer did not say
  void answered(int number, long offset) {
    if (number >= next) {
      beyond.put(number, offset);
    }
    while (!beyond.isEmpty() && beyond.firstKey() == next) {
      lastOffset = Math.max(lastOffset, beyond.pollFirstEntry().getValue());
      next++;
    }
  }

  /// Of the newest record that is answered like all before it, and whose place is known; -1 when
  /// there is none.
  long lastOffset() {
    return lastOffset;
  }
}
