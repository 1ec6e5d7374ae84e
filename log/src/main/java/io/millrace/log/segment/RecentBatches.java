package io.millrace.log.segment;

/// Where the newest batches of the active segment lie, so that a reader near the log's end is
/// served without touching a file. A ring; the memory comes with the first append.
final class RecentBatches {

  private static final int CAPACITY = 128;

  private long[] lastOffsets = new long[0];
  private int[] positions = new int[0];
  private int[] sizes = new int[0];
  private int first;
  private int count;

  /// Nothing at or above this offset, and below the ring's end, is missing from the ring.
  private long coveredFrom;

  void add(long baseOffset, long lastOffset, int position, int size) {
    if (lastOffsets.length == 0) {
      lastOffsets = new long[CAPACITY];
      positions = new int[CAPACITY];
      sizes = new int[CAPACITY];
    }
    if (count == 0) {
      coveredFrom = baseOffset;
    }
    if (count == CAPACITY) {
      coveredFrom = lastOffsets[first] + 1;
      first = (first + 1) % CAPACITY;
      count--;
    }
    int slot = (first + count) % CAPACITY;
    lastOffsets[slot] = lastOffset;
    positions[slot] = position;
    sizes[slot] = size;
    count++;
  }

  /// The slot of the batch that `offset` falls into, -1 when the ring does not reach it.
  int slotOf(long offset) {
    if (count == 0
        || offset < coveredFrom
        || offset > lastOffsets[(first + count - 1) % CAPACITY]) {
      return -1;
    }
    int low = 0;
    for (int high = count - 1; low < high; ) {
      int middle = (low + high) >>> 1;
      if (lastOffsets[(first + middle) % CAPACITY] >= offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return (first + low) % CAPACITY;
  }

  int position(int slot) {
    return positions[slot];
  }

  int size(int slot) {
    return sizes[slot];
  }

  void clear() {
    first = 0;
    count = 0;
  }
}
