package io.millrace.log.inspect;

import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.BatchScanner;
import io.millrace.log.format.LogFiles;
import io.millrace.log.segment.FlushedTail;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// Walks one segment with its checksums, and holds its two indexes against the batches.
final class SegmentWalk {

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int OFFSET_ENTRY = 8;
  private static final int TIME_ENTRY = 12;

  private final Disk disk;
  private final Path folder;
  private final long baseOffset;
  private final List<Finding> findings;
  private final Path path;
  private long nextOffset;
  private long wholeBytes;
  private long size;
  private boolean torn;
  private boolean padded;

  /// @param findings gets what is found
  SegmentWalk(Disk disk, Path folder, long baseOffset, List<Finding> findings) {
    this.disk = disk;
    this.folder = folder;
    this.baseOffset = baseOffset;
    this.findings = findings;
    this.path = LogFiles.file(folder, baseOffset, LogFiles.LOG);
    this.nextOffset = baseOffset;
  }

  /// Behind the last batch.
  long nextOffset() {
    return nextOffset;
  }

  /// Bytes of the file.
  long size() {
    return size;
  }

  /// Whether the file ends in something that is no whole batch, with none behind.
  boolean torn() {
    return torn;
  }

  /// Whether room is reserved in an index, as Kafka does while it appends: it was not closed.
  boolean padded() {
    return padded;
  }

  /// @param last whether no segment follows
  /// @param recoveryPoint of the log, -1 when it is not known
  void run(boolean last, long recoveryPoint) throws IOException {
    DiskFile file = disk.openForRead(path);
    try {
      size = file.size();
      OffsetEntries index =
          new OffsetEntries(LogFiles.file(folder, baseOffset, LogFiles.OFFSET_INDEX));
      walk(file, index, last, recoveryPoint);
      index.end();
    } finally {
      file.release();
    }
    checkTimes();
  }

  private void walk(DiskFile file, OffsetEntries index, boolean last, long recoveryPoint)
      throws IOException {
    BatchScanner scanner = new BatchScanner(file, 0, size, BUFFER_BYTES, true);
    while (true) {
      while (scanner.next() && scanner.baseOffset() >= nextOffset) {
        index.batch(scanner.position(), scanner.baseOffset());
        nextOffset = scanner.lastOffset() + 1;
        wholeBytes = scanner.position() + scanner.size();
      }
      if (scanner.stop() == BatchScanner.Stop.END) {
        return;
      }
      long bad = scanner.position();
      BatchScanner.Stop why = scanner.stop();
      long resumed = findWhole(file, bad + 1);
      if (resumed < 0) {
        torn = true;
        if (nextOffset < recoveryPoint && FlushedTail.isRotten(file, bad, size, why)) {
          findings.add(rottenTail(bad, recoveryPoint));
          nextOffset = recoveryPoint;
        } else {
          findings.add(tail(bad, last));
        }
        return;
      }
      scanner.seek(resumed);
      scanner.next();
      findings.add(
          Finding.damage(
              path,
              "no whole batch at position %d (offsets %d to %d); whole ones follow. These offsets"
                      .formatted(bad, nextOffset, scanner.baseOffset() - 1)
                  + " cannot be read; they can be repaired from another replica, else restore the"
                  + " file from a backup"));
      index.batch(scanner.position(), scanner.baseOffset());
      nextOffset = scanner.lastOffset() + 1;
      wholeBytes = scanner.position() + scanner.size();
    }
  }

  private Finding rottenTail(long bad, long recoveryPoint) {
    return Finding.damage(
        path,
        "no whole batch at position %d (offsets %d to %d), although these were flushed. They"
                .formatted(bad, nextOffset, recoveryPoint - 1)
            + " cannot be read; they can be repaired from another replica, else restore the file"
            + " from a backup");
  }

  private Finding tail(long bad, boolean last) {
    String what =
        "%d bytes behind offset %d are no whole batch".formatted(size - bad, nextOffset - 1);
    return last
        ? Finding.mended(path, what + ": a torn tail, which is cut")
        : Finding.damage(path, what + ", and another segment follows");
  }

  /// Position of the first whole batch that continues the log, -1 without one.
  private long findWhole(DiskFile file, long from) throws IOException {
    BatchScanner candidate = new BatchScanner(file, 0, size, BUFFER_BYTES, true);
    ByteBuffer chunk = ByteBuffer.allocate(BUFFER_BYTES);
    for (long at = from;
        at + BatchHeader.SIZE <= size;
        at += chunk.limit() - BatchHeader.MAGIC_END) {
      chunk.clear();
      while (chunk.hasRemaining() && file.read(chunk, at + chunk.position()) > 0) {}
      chunk.flip();
      if (chunk.limit() <= BatchHeader.MAGIC_END) {
        return -1;
      }
      for (int i = 0; i + BatchHeader.MAGIC_END < chunk.limit(); i++) {
        // Cheap tests first: the magic, then an offset that can be.
        if (chunk.get(i + 16) == 2 && chunk.get(i) == 0 && chunk.get(i + 8) >= 0) {
          candidate.seek(at + i);
          if (candidate.next() && candidate.baseOffset() >= nextOffset) {
            return at + i;
          }
        }
      }
    }
    return -1;
  }

  /// Entries must grow, and each must name the beginning of a batch at or below its offset. Zeros
  /// behind the last one are room that Kafka has reserved.
  private final class OffsetEntries {
    private final Path file;
    private final ByteBuffer entries;
    private final boolean missing;
    private boolean wrong;

    OffsetEntries(Path file) throws IOException {
      this.file = file;
      missing = !disk.exists(file);
      entries = ByteBuffer.wrap(missing ? new byte[0] : disk.read(file));
    }

    void batch(long position, long offset) {
      while (!wrong && hasEntry()) {
        int at = entries.position();
        long entryOffset = baseOffset + (entries.getInt(at) & 0xffffffffL);
        int entryPosition = entries.getInt(at + 4);
        if (entryPosition > position) {
          return;
        }
        wrong = entryPosition < position || entryOffset < offset;
        entries.position(at + OFFSET_ENTRY);
      }
    }

    private boolean hasEntry() {
      int at = entries.position();
      return entries.remaining() >= OFFSET_ENTRY
          && (entries.getInt(at) != 0 || (at == 0 && entries.getInt(4) != 0));
    }

    void end() {
      padded |=
          entries.limit() >= OFFSET_ENTRY && entries.getLong(entries.limit() - OFFSET_ENTRY) == 0;
      if (missing && size > 0) {
        findings.add(Finding.mended(file, "is missing and will be built"));
      } else if (wrong || (!torn && hasEntry())) {
        findings.add(
            Finding.damage(
                file,
                "does not fit the segment. Delete it while the node is stopped: the next start"
                    + " builds it"));
      }
    }
  }

  private void checkTimes() throws IOException {
    Path file = LogFiles.file(folder, baseOffset, LogFiles.TIME_INDEX);
    if (!disk.exists(file)) {
      if (size > 0) {
        findings.add(Finding.mended(file, "is missing and will be built"));
      }
      return;
    }
    ByteBuffer entries = ByteBuffer.wrap(disk.read(file));
    long lastTime = Long.MIN_VALUE;
    long lastOffset = -1;
    while (entries.remaining() >= TIME_ENTRY) {
      long time = entries.getLong();
      long offset = baseOffset + (entries.getInt() & 0xffffffffL);
      if (time == 0 && offset == baseOffset) {
        padded = true;
        return;
      }
      if (time < lastTime
          || offset < lastOffset
          || (!torn && offset >= nextOffset && wholeBytes > 0)) {
        findings.add(
            Finding.damage(
                file,
                "does not fit the segment. Delete it while the node is stopped: the next start"
                    + " builds it"));
        return;
      }
      lastTime = time;
      lastOffset = offset;
    }
  }
}
