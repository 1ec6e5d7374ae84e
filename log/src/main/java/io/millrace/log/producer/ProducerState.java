package io.millrace.log.producer;

import io.millrace.log.format.BatchHeader;

/// One producer: its epoch, its last five batches and its open transaction.
///
/// Five, because a client has at most five requests in flight: a repetition can be of any of them.
/// Only the newest survives a restart, as in Kafka.
public final class ProducerState {

  static final int BATCHES = 5;

  final long producerId;
  short epoch;
  int coordinatorEpoch;
  long lastTimestampMs;

  /// -1 when no transaction is open.
  long currentTxnFirstOffset = -1;

  private final int[] lastSequences = new int[BATCHES];
  private final long[] lastOffsets = new long[BATCHES];
  private final int[] offsetDeltas = new int[BATCHES];
  private final long[] timestamps = new long[BATCHES];
  private int first;
  private int count;

  ProducerState(long producerId, short epoch, int coordinatorEpoch, long lastTimestampMs) {
    this.producerId = producerId;
    this.epoch = epoch;
    this.coordinatorEpoch = coordinatorEpoch;
    this.lastTimestampMs = lastTimestampMs;
  }

  public long producerId() {
    return producerId;
  }

  public short epoch() {
    return epoch;
  }

  public int coordinatorEpoch() {
    return coordinatorEpoch;
  }

  public long lastTimestampMs() {
    return lastTimestampMs;
  }

  public long currentTxnFirstOffset() {
    return currentTxnFirstOffset;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /// -1 when no batch is remembered.
  public int lastSequence() {
    return count == 0 ? -1 : lastSequences[slot(count - 1)];
  }

  public long lastOffset() {
    return count == 0 ? -1 : lastOffsets[slot(count - 1)];
  }

  public int lastOffsetDelta() {
    return count == 0 ? 0 : offsetDeltas[slot(count - 1)];
  }

  /// The remembered batch with exactly this epoch and range of sequences, -1 when there is none.
  int duplicateOf(short batchEpoch, int firstSequence, int lastSequence) {
    if (batchEpoch != epoch) {
      return -1;
    }
    for (int i = 0; i < count; i++) {
      int slot = slot(i);
      if (lastSequences[slot] == lastSequence
          && BatchHeader.subtractFromSequence(lastSequences[slot], offsetDeltas[slot])
              == firstSequence) {
        return slot;
      }
    }
    return -1;
  }

  long firstOffsetOf(int duplicate) {
    return lastOffsets[duplicate] - offsetDeltas[duplicate];
  }

  long lastOffsetOf(int duplicate) {
    return lastOffsets[duplicate];
  }

  long timestampOf(int duplicate) {
    return timestamps[duplicate];
  }

  /// Whether a batch that begins with `firstSequence` continues this producer's sequence.
  boolean continuesWith(int firstSequence) {
    int last = lastSequence();
    return firstSequence == last + 1L || (firstSequence == 0 && last == Integer.MAX_VALUE);
  }

  void addBatch(
      short batchEpoch, int lastSequence, long lastOffset, int offsetDelta, long timestampMs) {
    toEpoch(batchEpoch);
    if (count == BATCHES) {
      first = (first + 1) % BATCHES;
      count--;
    }
    int slot = slot(count++);
    lastSequences[slot] = lastSequence;
    lastOffsets[slot] = lastOffset;
    offsetDeltas[slot] = offsetDelta;
    timestamps[slot] = timestampMs;
    lastTimestampMs = timestampMs;
  }

  /// A new epoch begins with no batches.
  void toEpoch(short newEpoch) {
    if (newEpoch != epoch) {
      epoch = newEpoch;
      first = 0;
      count = 0;
    }
  }

  private int slot(int index) {
    return (first + index) % BATCHES;
  }
}
