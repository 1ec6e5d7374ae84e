package io.millrace.log.producer;

import io.millrace.log.format.BatchHeader;
import java.nio.ByteBuffer;

/// One producer: its epoch, its last five batches and its open transaction.
///
/// Five, because a client has at most five requests in flight to a broker: a repetition can be of
/// any of them. It can be of an older one, too: a client that hears of a new leader sends on, while
/// the old leader has not answered. So the length of the unbroken *run* of sequences up to the
/// newest is known as well: what lies in the run is in the log, although nothing tells where.
public final class ProducerState {

  static final int BATCHES = 5;
  private static final int MOST_BEHIND = 1 << 30;

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

  /// Records of this epoch whose sequences follow one another without a gap up to the newest.
  private long run;

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

  /// Whether these sequences of this epoch are stored, all of them before the oldest remembered
  /// batch. Sequences wrap, so that half of them count as behind the newest at most.
  boolean isBehind(short batchEpoch, int firstSequence, int lastSequence) {
    if (batchEpoch != epoch || count == 0) {
      return false;
    }
    int toOldest =
        behind(BatchHeader.subtractFromSequence(lastSequences[first], offsetDeltas[first]));
    int toLast = behind(lastSequence);
    int toFirst = behind(firstSequence);
    return toOldest < toLast && toLast <= toFirst && toFirst < run && toFirst <= MOST_BEHIND;
  }

  /// How many sequences back from the newest.
  private int behind(int sequence) {
    return (lastSequence() - sequence) & Integer.MAX_VALUE;
  }

  /// Where the oldest remembered batch begins: all that is older lies below.
  long oldestOffset() {
    return lastOffsets[first] - offsetDeltas[first];
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
    boolean follows = continuesWith(BatchHeader.subtractFromSequence(lastSequence, offsetDelta));
    run = (follows ? run : 0) + offsetDelta + 1L;
    if (count == BATCHES) {
      first = (first + 1) % BATCHES;
      count--;
    }
    set(slot(count++), lastSequence, lastOffset, offsetDelta, timestampMs);
    lastTimestampMs = timestampMs;
  }

  private void set(int slot, int lastSequence, long lastOffset, int offsetDelta, long timestampMs) {
    lastSequences[slot] = lastSequence;
    lastOffsets[slot] = lastOffset;
    offsetDeltas[slot] = offsetDelta;
    timestamps[slot] = timestampMs;
  }

  // What a snapshot adds to the newest batch.

  int batches() {
    return count;
  }

  long run() {
    return run;
  }

  void run(long records) {
    run = records;
  }

  /// Writes the remembered batch, 0 being the oldest.
  void writeBatch(ByteBuffer out, int index) {
    int slot = slot(index);
    out.putInt(lastSequences[slot])
        .putLong(lastOffsets[slot])
        .putInt(offsetDeltas[slot])
        .putLong(timestamps[slot]);
  }

  /// Reads what [#writeBatch] wrote: a batch before all that are remembered, fewer than five.
  void readOlderBatch(ByteBuffer in) {
    first = (first + BATCHES - 1) % BATCHES;
    count++;
    set(first, in.getInt(), in.getLong(), in.getInt(), in.getLong());
  }

  /// A new epoch begins with no batches.
  void toEpoch(short newEpoch) {
    if (newEpoch != epoch) {
      epoch = newEpoch;
      first = 0;
      count = 0;
      run = 0;
    }
  }

  private int slot(int index) {
    return (first + index) % BATCHES;
  }
}
