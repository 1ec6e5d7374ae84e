package io.millrace.log.segment;

import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/// Which timestamps lie where: a sparse map from the largest timestamp so far to the last offset of
/// the batch that brought it. Gets an entry whenever the offset index does and the largest
/// timestamp has grown, and one more when the segment is closed; so the last entry of a closed
/// segment tells its largest timestamp.
///
/// File (`.timeindex`), big-endian: entries of 12 bytes, the timestamp (8) and the offset less the
/// segment's base offset (4); timestamps grow strictly.
public final class TimeIndex {

  static final int ENTRY_SIZE = 12;

  private static final int CHECKED_AT_ONCE = 4096;

  private static final long NO_TIMESTAMP = -1;

  private final long baseOffset;
  private final IndexFile file;
  private long[] pendingTimestamps = new long[0];
  private int[] pendingOffsets = new int[0];
  private int pending;

  /// The last entry; `Long.MIN_VALUE` as long as it was not read.
  private long lastTimestamp = Long.MIN_VALUE;

  private long lastOffset;

  TimeIndex(Disk disk, Path path, long baseOffset, int entries) {
    this.baseOffset = baseOffset;
    this.file = new IndexFile(disk, path, ENTRY_SIZE, entries);
  }

  /// @param timestampMs -1 together with the segment's base offset means "from the start"
  record Entry(long timestampMs, long offset) {}

  IndexFile file() {
    return file;
  }

  public int entries() {
    return file.entries() + pending;
  }

  /// One entry is kept free for the last one, at closing.
  boolean isFull(int maxBytes) {
    return entries() >= maxBytes / ENTRY_SIZE - 1;
  }

  /// Adds an entry if the timestamp is larger than the last.
  void maybeAppend(long timestampMs, long offset) throws IOException {
    if (timestampMs <= last().timestampMs()) {
      return;
    }
    if (pending == pendingOffsets.length) {
      int room = Math.max(8, pending * 2);
      pendingTimestamps = Arrays.copyOf(pendingTimestamps, room);
      pendingOffsets = Arrays.copyOf(pendingOffsets, room);
    }
    pendingTimestamps[pending] = timestampMs;
    pendingOffsets[pending] = (int) (offset - baseOffset);
    pending++;
    lastTimestamp = timestampMs;
    lastOffset = offset;
    if (pending % OffsetIndex.PENDING == 0) {
      try {
        write();
      } catch (DiskFullException e) {
        // They go on waiting.
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
      bytes.putLong(pendingTimestamps[i]).putInt(pendingOffsets[i]);
    }
    file.append(bytes.flip());
    pending = 0;
  }

  Entry last() throws IOException {
    if (lastTimestamp == Long.MIN_VALUE) {
      rememberLast();
    }
    return new Entry(lastTimestamp, lastOffset);
  }

  /// The entry with the largest timestamp below `timestampMs`: every record of a batch before the
  /// one that holds its offset is older.
  Entry below(long timestampMs) throws IOException {
    int low = -1;
    for (int high = entries() - 1; low < high; ) {
      int middle = (low + high + 1) >>> 1;
      if (entry(middle).timestampMs() < timestampMs) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return entry(low);
  }

  /// Drops the entries with offsets at or above `offset`.
  void truncateTo(long offset) throws IOException {
    int low = -1;
    for (int high = entries() - 1; low < high; ) {
      int middle = (low + high + 1) >>> 1;
      if (entry(middle).offset() < offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    truncate(low + 1);
  }

  void truncate(int count) throws IOException {
    if (count >= file.entries()) {
      pending = Math.min(pending, count - file.entries());
    } else {
      pending = 0;
      file.truncate(count);
    }
    rememberLast();
  }

  /// Entry by number; -1 gives the segment's start.
  Entry entry(int index) throws IOException {
    if (index < 0) {
      return new Entry(NO_TIMESTAMP, baseOffset);
    }
    int waiting = index - file.entries();
    if (waiting >= 0) {
      return new Entry(pendingTimestamps[waiting], baseOffset + pendingOffsets[waiting]);
    }
    ByteBuffer entry = ByteBuffer.allocate(ENTRY_SIZE);
    file.read(index, entry);
    return new Entry(entry.getLong(0), baseOffset + entry.getInt(8));
  }

  /// Whether the entries of the file are in order: timestamps grow strictly, offsets do not shrink.
  boolean isPlausible() throws IOException {
    int count = file.entries();
    ByteBuffer chunk = ByteBuffer.allocate(Math.min(count, CHECKED_AT_ONCE) * ENTRY_SIZE);
    long timestamp = NO_TIMESTAMP;
    int offset = 0;
    for (int done = 0; done < count; ) {
      int next = Math.min(count - done, CHECKED_AT_ONCE);
      file.readFrom(done, chunk.clear().limit(next * ENTRY_SIZE));
      for (int at = 0; at < next * ENTRY_SIZE; at += ENTRY_SIZE) {
        if (chunk.getLong(at) <= timestamp || chunk.getInt(at + 8) < offset) {
          return false;
        }
        timestamp = chunk.getLong(at);
        offset = chunk.getInt(at + 8);
      }
      done += next;
    }
    return true;
  }

  private void rememberLast() throws IOException {
    Entry entry = entry(entries() - 1);
    lastTimestamp = entry.timestampMs();
    lastOffset = entry.offset();
  }
}
