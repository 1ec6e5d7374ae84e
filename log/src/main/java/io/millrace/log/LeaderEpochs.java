package io.millrace.log;

import java.util.Arrays;
import java.util.function.BiConsumer;

/// Which leader epoch began at which offset: what followers truncate by (KIP-101, KIP-279). Owned
/// by one [PartitionLog] and used under its guard.
///
/// Invariant: epochs and start offsets both grow strictly from entry to entry.
///
/// Stored in `leader-epoch-checkpoint`. The file is written with a full flush, not when an epoch is
/// assigned: what it lacks after a crash is found again in the batches above the recovery point.
/// Epochs without a record are left out, since a start drops them: a new leader of thousands of
/// partitions would have to write as many files for nothing.
public final class LeaderEpochs {

  private int[] epochs = new int[4];
  private long[] starts = new long[4];
  private int count;

  /// How many entries the file has, -1 where its content is not known; and how many of the first
  /// entries here are the file's.
  private int storedCount;

  private int storedHere;

  public LeaderEpochs() {}

  /// The entries as read from a checkpoint; those that break the order are dropped as [#assign]
  /// does.
  static LeaderEpochs of(int[] epochs, long[] starts) {
    LeaderEpochs loaded = new LeaderEpochs();
    for (int i = 0; i < epochs.length; i++) {
      loaded.assign(epochs[i], starts[i]);
    }
    loaded.markStored(loaded.count);
    return loaded;
  }

  /// What was written is not there after all.
  void markDirty() {
    storedCount = -1;
    storedHere = 0;
  }

  public int size() {
    return count;
  }

  /// -1 when there is none.
  public int latestEpoch() {
    return count == 0 ? -1 : epochs[count - 1];
  }

  /// Start of the latest epoch, -1 when there is none.
  public long latestStartOffset() {
    return count == 0 ? -1 : starts[count - 1];
  }

  /// -1 when there is none.
  public int earliestEpoch() {
    return count == 0 ? -1 : epochs[0];
  }

  /// Notes that records of `epoch` begin at `startOffset`. Entries that contradict it (a higher or
  /// equal epoch, a start at or behind it) are dropped; nothing happens when the latest entry
  /// already covers it.
  public void assign(int epoch, long startOffset) {
    if (epoch < 0 || startOffset < 0) {
      throw new IllegalArgumentException("epoch " + epoch + " at offset " + startOffset);
    }
    if (count > 0 && epoch == epochs[count - 1] && startOffset >= starts[count - 1]) {
      return;
    }
    while (count > 0 && (epochs[count - 1] >= epoch || starts[count - 1] >= startOffset)) {
      dropLast();
    }
    add(epoch, startOffset);
  }

  /// Notes that records of `epoch` begin at `startOffset`, between those of other epochs.
  void insert(int epoch, long startOffset) {
    int later = count;
    while (later > 0 && starts[later - 1] >= startOffset) {
      later--;
    }
    int[] laterEpochs = Arrays.copyOfRange(epochs, later, count);
    long[] laterStarts = Arrays.copyOfRange(starts, later, count);
    assign(epoch, startOffset);
    for (int i = 0; i < laterEpochs.length; i++) {
      assign(laterEpochs[i], laterStarts[i]);
    }
  }

  /// The end of `epoch`: the start of the next higher one, or `logEndOffset` for the latest. An
  /// epoch above the latest is undefined.
  public EpochEnd endOffsetFor(int epoch, long logEndOffset) {
    if (epoch < 0) {
      return EpochEnd.UNDEFINED;
    }
    if (epoch == latestEpoch()) {
      return new EpochEnd(epoch, logEndOffset);
    }
    int higher = firstHigher(epoch);
    if (higher == count) {
      return EpochEnd.UNDEFINED;
    }
    return new EpochEnd(higher == 0 ? epoch : epochs[higher - 1], starts[higher]);
  }

  /// The epoch that the record at `offset` has, -1 when the offset lies before all that is known.
  public int epochForOffset(long offset) {
    int found = Arrays.binarySearch(starts, 0, count, offset);
    int index = found >= 0 ? found : -found - 2;
    return index < 0 ? -1 : epochs[index];
  }

  /// The next lower epoch than `epoch`, -1 when there is none.
  public int epochBefore(int epoch) {
    int index = firstHigher(epoch - 1) - 1;
    return index < 0 ? -1 : epochs[index];
  }

  /// Drops the epochs that begin at or behind the new log end.
  public void truncateFromEnd(long endOffset) {
    while (count > 0 && starts[count - 1] >= endOffset) {
      dropLast();
    }
  }

  private void dropLast() {
    count--;
    storedHere = Math.min(storedHere, count);
  }

  /// Drops the epochs that end at or before the new log start; the one that spans it begins there.
  public void truncateFromStart(long startOffset) {
    int spanning = -1;
    while (spanning + 1 < count && starts[spanning + 1] <= startOffset) {
      spanning++;
    }
    if (spanning < 0 || (spanning == 0 && starts[0] == startOffset)) {
      return;
    }
    System.arraycopy(epochs, spanning, epochs, 0, count - spanning);
    System.arraycopy(starts, spanning, starts, 0, count - spanning);
    count -= spanning;
    starts[0] = startOffset;
    markDirty();
  }

  void clear() {
    count = 0;
    storedHere = 0;
  }

  /// Whether the checkpoint file differs from what it should hold of a log that ends there.
  boolean isDirty(long logEndOffset) {
    int wanted = countBelow(logEndOffset);
    return storedCount != wanted || storedHere < wanted;
  }

  /// The file holds the entries below that log end.
  void markClean(long logEndOffset) {
    markStored(countBelow(logEndOffset));
  }

  private void markStored(int entries) {
    storedCount = entries;
    storedHere = entries;
  }

  private int countBelow(long logEndOffset) {
    int below = count;
    while (below > 0 && starts[below - 1] >= logEndOffset) {
      below--;
    }
    return below;
  }

  /// Every entry with a record, of a log that ends there, in ascending order.
  void forEachBelow(long logEndOffset, BiConsumer<Integer, Long> action) {
    forEach(countBelow(logEndOffset), action);
  }

  /// Every entry in ascending order.
  public void forEach(BiConsumer<Integer, Long> action) {
    forEach(count, action);
  }

  private void forEach(int entries, BiConsumer<Integer, Long> action) {
    for (int i = 0; i < entries; i++) {
      action.accept(epochs[i], starts[i]);
    }
  }

  private int firstHigher(int epoch) {
    int found = Arrays.binarySearch(epochs, 0, count, epoch);
    return found >= 0 ? found + 1 : -found - 1;
  }

  private void add(int epoch, long startOffset) {
    if (count == epochs.length) {
      epochs = Arrays.copyOf(epochs, count * 2);
      starts = Arrays.copyOf(starts, count * 2);
    }
    epochs[count] = epoch;
    starts[count] = startOffset;
    count++;
  }
}
