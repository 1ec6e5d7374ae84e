package io.millrace.log.segment;

import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file of entries of equal size, read and appended by entry number. Opened when first needed.
///
/// Kafka preallocates an active index with zeros and trims it when the segment is closed; ours are
/// always exactly as long as their entries. A file that Kafka left in a crash ends in zeros, which
/// no entry is: [#trimPadding] cuts them.
final class IndexFile {

  /// Half a gigabyte of batches has so many entries.
  private static final long SURELY_ALLOCATED = 1 << 20;

  private final Disk disk;
  private final int entrySize;
  private Path path;
  private @Nullable DiskFile file;
  private int entries;

  /// @param entries how many entries the file is known to hold
  IndexFile(Disk disk, Path path, int entrySize, int entries) {
    this.disk = disk;
    this.path = path;
    this.entrySize = entrySize;
    this.entries = entries;
  }

  Path path() {
    return path;
  }

  int entries() {
    return entries;
  }

  DiskFile file() throws IOException {
    DiskFile open = file;
    if (open == null) {
      open = disk.open(path);
      file = open;
    }
    return open;
  }

  /// Reads entry `index` into `entry[0, entrySize)`.
  void read(int index, ByteBuffer entry) throws IOException {
    readFrom(index, entry.clear().limit(entrySize));
  }

  /// Fills `entries`, empty so far, with what the file has from entry `index` on.
  void readFrom(int index, ByteBuffer entries) throws IOException {
    long at = (long) index * entrySize;
    while (entries.hasRemaining()) {
      if (file().read(entries, at + entries.position()) <= 0) {
        throw new IOException(path + ": ends before " + entries.limit() + " bytes of " + index);
      }
    }
  }

  /// Appends the remaining bytes of `more`, whole entries.
  void append(ByteBuffer more) throws IOException {
    int count = more.remaining() / entrySize;
    file().write(more, (long) entries * entrySize);
    entries += count;
  }

  void truncate(int toEntries) throws IOException {
    if (toEntries < entries || file().size() != (long) toEntries * entrySize) {
      file().truncate((long) toEntries * entrySize);
      entries = toEntries;
    }
  }

  /// Whether Kafka had it open last: it is as long as Kafka makes it, and ends with zeros. Shorter
  /// ones that end so, or with a part of an entry, are ours, and a power failure took their ends.
  ///
  /// @param segmentIndexBytes what Kafka allocates, in whole entries; also believed is what is long
  ///   enough for another setting than today's
  boolean isPadded(int segmentIndexBytes) throws IOException {
    long size = file().size();
    boolean allocated =
        size == segmentIndexBytes / entrySize * (long) entrySize || size >= SURELY_ALLOCATED;
    if (!allocated || size < entrySize) {
      return false;
    }
    ByteBuffer last = ByteBuffer.allocate(entrySize);
    read((int) (size / entrySize) - 1, last);
    return isZero(last);
  }

  /// Drops all-zero entries at the end; what remains is cut to whole entries.
  void trimPadding() throws IOException {
    long size = file().size();
    int whole = (int) (size / entrySize);
    ByteBuffer entry = ByteBuffer.allocate(entrySize);
    // The first zero entry: padding is one run of zeros, so the border can be searched.
    int low = 0;
    int high = whole;
    while (low < high) {
      int middle = (low + high) >>> 1;
      read(middle, entry);
      if (isZero(entry)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    entries = low;
    if (size != (long) low * entrySize) {
      file().truncate((long) low * entrySize);
    }
  }

  private boolean isZero(ByteBuffer entry) {
    for (int i = 0; i < entrySize; i++) {
      if (entry.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  void renamed(Path to) {
    path = to;
    if (file != null) {
      file.renamed(to);
    }
  }

  void close() {
    if (file != null) {
      file.release();
      file = null;
    }
  }
}
