package io.millrace.log.segment;

import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/// Where batches lie: a sparse map from offsets to positions in the segment's file, one entry per
/// `index.interval.bytes`, roughly.
///
/// File (`.index`), big-endian: entries of 8 bytes, the last offset of a batch less the segment's
/// base offset (4) and the position of that batch (4), both growing strictly. The first batch never
/// has an entry, so no entry is all zero.
///
/// The newest entries wait in memory until [#PENDING] of them are written together, or longer where
/// the disk is full.
public final class OffsetIndex {

  static final int ENTRY_SIZE = 8;

  /// Entries that are written together.
  static final int PENDING = 128;

  /// Entries of the file that a search reads at once.
  private static final int BLOCK = LookupMemory.BYTES / ENTRY_SIZE / 2;

  private final long baseOffset;
  private final IndexFile file;
  private final LookupMemory lookups;
  private int[] pendingOffsets = new int[0];
  private int[] pendingPositions = new int[0];
  private int pending;

  /// Offsets of the first entries of blocks, as far as searches came by them; 0 for not yet, which
  /// no entry has.
  private int[] blockOffsets = new int[0];

  OffsetIndex(Disk disk, Path path, long baseOffset, int entries, LookupMemory lookups) {
    this.baseOffset = baseOffset;
    this.file = new IndexFile(disk, path, ENTRY_SIZE, entries);
    this.lookups = lookups;
  }

  /// An entry found, in terms of the log: or "from the segment's start" when there is none.
  ///
  /// @param index of the entry, -1 for the segment's start
  /// @param lastOffset of the batch at `position`; meaningless for the segment's start
  record Entry(int index, long lastOffset, int position) {
    static final Entry SEGMENT_START = new Entry(-1, -1, 0);
  }

  IndexFile file() {
    return file;
  }

  public int entries() {
    return file.entries() + pending;
  }

  boolean isFull(int maxBytes) {
    return entries() >= maxBytes / ENTRY_SIZE;
  }

  /// Adds an entry for the batch that ends with `lastOffset`.
  void append(long lastOffset, int position) throws IOException {
    if (pending == pendingOffsets.length) {
      int room = Math.max(8, pending * 2);
      pendingOffsets = Arrays.copyOf(pendingOffsets, room);
      pendingPositions = Arrays.copyOf(pendingPositions, room);
    }
    pendingOffsets[pending] = (int) (lastOffset - baseOffset);
    pendingPositions[pending] = position;
    pending++;
    if (pending % PENDING == 0) {
      try {
        write();
      } catch (DiskFullException e) {
        // They go on waiting: the batches that they lead to are there.
      }
    }
  }

  /// Writes the entries that wait.
  void write() throws IOException {
    if (pending == 0) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.allocate(pending * ENTRY_SIZE);
    for (int i = 0; i < pending; i++) {
      bytes.putInt(pendingOffsets[i]).putInt(pendingPositions[i]);
    }
    file.append(bytes.flip());
    pending = 0;
  }

  /// The entry with the largest offset at or below `offset`.
  Entry floor(long offset) throws IOException {
    long relative = offset - baseOffset;
    if (pending > 0 && pendingOffsets[0] <= relative) {
      int low = 0;
      for (int high = pending - 1; low < high; ) {
        int middle = (low + high + 1) >>> 1;
        if (pendingOffsets[middle] <= relative) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return new Entry(
          file.entries() + low, baseOffset + pendingOffsets[low], pendingPositions[low]);
    }
    return floorInFile(relative);
  }

  /// Finds the block by the first entries of blocks, which are remembered, then the entry in the
  /// block, which is read at once: one read of the file where a plain search has some sixteen.
  private Entry floorInFile(long relative) throws IOException {
    int count = file.entries();
    int block = -1;
    for (int high = (count - 1) / BLOCK; count > 0 && block < high; ) {
      int middle = (block + high + 1) >>> 1;
      if (firstOffset(middle) <= relative) {
        block = middle;
      } else {
        high = middle - 1;
      }
    }
    if (block < 0) {
      return Entry.SEGMENT_START;
    }
    int first = block * BLOCK;
    ByteBuffer entries = lookups.take();
    try {
      int last = Math.min(BLOCK, count - first) - 1;
      file.readFrom(first, entries.limit((last + 1) * ENTRY_SIZE));
      return floorIn(entries, first, last, relative);
    } finally {
      lookups.giveBack(entries);
    }
  }

  private Entry floorIn(ByteBuffer entries, int first, int last, long relative) {
    int low = 0;
    for (int high = last; low < high; ) {
      int middle = (low + high + 1) >>> 1;
      if (entries.getInt(middle * ENTRY_SIZE) <= relative) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return new Entry(
        first + low,
        baseOffset + entries.getInt(low * ENTRY_SIZE),
        entries.getInt(low * ENTRY_SIZE + 4));
  }

  private int firstOffset(int block) throws IOException {
    if (block >= blockOffsets.length) {
      blockOffsets = Arrays.copyOf(blockOffsets, Math.max(block + 1, blockOffsets.length * 2));
    }
    if (blockOffsets[block] == 0) {
      ByteBuffer entry = ByteBuffer.allocate(ENTRY_SIZE);
      file.read(block * BLOCK, entry);
      blockOffsets[block] = entry.getInt(0);
    }
    return blockOffsets[block];
  }

  /// Entry by number; -1 gives the segment's start.
  Entry entry(int index) throws IOException {
    if (index < 0) {
      return Entry.SEGMENT_START;
    }
    int waiting = index - file.entries();
    if (waiting >= 0) {
      return new Entry(index, baseOffset + pendingOffsets[waiting], pendingPositions[waiting]);
    }
    ByteBuffer entry = ByteBuffer.allocate(ENTRY_SIZE);
    file.read(index, entry);
    return new Entry(index, baseOffset + entry.getInt(0), entry.getInt(4));
  }

  Entry last() throws IOException {
    return entry(entries() - 1);
  }

  /// Keeps the first `count` entries.
  void truncate(int count) throws IOException {
    if (count >= file.entries()) {
      pending = Math.min(pending, count - file.entries());
    } else {
      pending = 0;
      blockOffsets = new int[0];
      file.truncate(count);
    }
  }

  /// How many of the first `limit` entries are in order and point below `position`: offsets and
  /// positions grow strictly, from above the segment's start.
  int plausibleEntries(int limit, long position) throws IOException {
    DiskFile open = file.file();
    int count = Math.min(limit, file.entries());
    ByteBuffer chunk = ByteBuffer.allocate(Math.min(count, 4096) * ENTRY_SIZE);
    int lastOffset = -1;
    int lastPosition = 0;
    for (int done = 0; done < count; ) {
      chunk.clear().limit(Math.min(count - done, 4096) * ENTRY_SIZE);
      while (chunk.hasRemaining()
          && open.read(chunk, (long) done * ENTRY_SIZE + chunk.position()) > 0) {}
      int got = chunk.position() / ENTRY_SIZE;
      for (int i = 0; i < got; i++) {
        int offset = chunk.getInt(i * ENTRY_SIZE);
        int at = chunk.getInt(i * ENTRY_SIZE + 4);
        if (offset <= lastOffset || at <= lastPosition || at >= position) {
          return done + i;
        }
        lastOffset = offset;
        lastPosition = at;
      }
      if (got == 0) {
        return done;
      }
      done += got;
    }
    return count;
  }
}
