package io.millrace.log;

import io.millrace.log.format.BatchScanner;
import io.millrace.log.format.LogFiles;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a partition's folder needs before its segments can be opened: leftovers of deletions go,
/// and a replacement of segments that a crash interrupted (by Kafka's cleaner) is finished.
///
/// Kafka's protocol: replacements are written as `.cleaned`, renamed to `.swap` when complete, the
/// replaced segments are deleted, and `.swap` goes from the name. So a `.cleaned` file is
/// worthless, and with it every `.swap` at or above the lowest one (a split of a segment, not
/// finished); any other `.swap` replaces what lies between the first offset of the first and the
/// last offset of the last of them.
final class FolderCleanup {

  private final Disk disk;
  private final Path dir;
  private final List<Path> deleted = new ArrayList<>();
  private boolean foundAny;

  FolderCleanup(Disk disk, Path dir) {
    this.disk = disk;
    this.dir = dir;
  }

  /// Whether there was anything to clean up.
  boolean foundAny() {
    return foundAny;
  }

  /// Files that were marked as deleted are left to [#finish]: they also say that a cut may not be
  /// durable yet, and have to say so to the next start, too, if this one ends half-way.
  ///
  /// @return the names that count
  List<String> run() throws IOException {
    long lowestCleaned = Long.MAX_VALUE;
    List<String> swaps = new ArrayList<>();
    List<String> names = disk.list(dir);
    for (String name : names) {
      String suffix = LogFiles.suffixOf(name);
      if (suffix.isEmpty()) {
        continue;
      }
      if (suffix.endsWith(LogFiles.DELETED)) {
        foundAny = true;
        deleted.add(dir.resolve(name));
      } else if (suffix.endsWith(LogFiles.CLEANED)) {
        foundAny = true;
        lowestCleaned = Math.min(lowestCleaned, LogFiles.offsetOf(name));
        disk.delete(dir.resolve(name));
      } else if (suffix.endsWith(LogFiles.SWAP)) {
        foundAny = true;
        swaps.add(name);
      }
    }
    if (!foundAny) {
      return names;
    }
    finishSwap(swaps, lowestCleaned);
    List<String> left = new ArrayList<>(disk.list(dir));
    left.removeIf(name -> LogFiles.suffixOf(name).endsWith(LogFiles.DELETED));
    return left;
  }

  /// What was cut is durably gone.
  void finish() throws IOException {
    for (Path file : deleted) {
      disk.delete(file);
    }
  }

  private void finishSwap(List<String> swaps, long lowestCleaned) throws IOException {
    long first = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    List<String> valid = new ArrayList<>();
    for (String name : swaps) {
      long base = LogFiles.offsetOf(name);
      if (base >= lowestCleaned) {
        disk.delete(dir.resolve(name));
        continue;
      }
      valid.add(name);
      if (LogFiles.suffixOf(name).equals(LogFiles.LOG + LogFiles.SWAP)) {
        first = Math.min(first, base);
        end = Math.max(end, nextOffset(name, base));
      }
    }
    if (valid.isEmpty()) {
      return;
    }
    for (String name : disk.list(dir)) {
      long offset = LogFiles.offsetOf(name);
      if (offset >= first && offset < end && !name.endsWith(LogFiles.SWAP)) {
        disk.delete(dir.resolve(name));
      }
    }
    for (String name : valid) {
      String target = name.substring(0, name.length() - LogFiles.SWAP.length());
      disk.rename(dir.resolve(name), dir.resolve(target));
    }
    disk.syncDirectory(dir);
  }

  private long nextOffset(String name, long base) throws IOException {
    DiskFile file = disk.openForRead(dir.resolve(name));
    try {
      BatchScanner scanner = new BatchScanner(file, 0, file.size(), 1 << 16, false);
      long next = base;
      while (scanner.next()) {
        next = scanner.lastOffset() + 1;
      }
      return next;
    } finally {
      file.release();
    }
  }
}
