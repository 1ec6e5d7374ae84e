package io.millrace.log.segment;

import io.millrace.log.format.LogFiles;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The index files beside a segment's batches: where batches lie, when they were, which
/// transactions were aborted. Under the guard of the segment's log.
final class SegmentIndexes {

  private static final List<String> SUFFIXES =
      List.of(LogFiles.OFFSET_INDEX, LogFiles.TIME_INDEX, LogFiles.TRANSACTION_INDEX);

  private final Disk disk;
  private final long baseOffset;
  private final OffsetIndex offsets;
  private final TimeIndex times;
  private final TransactionIndex transactions;

  private SegmentIndexes(
      Disk disk,
      long baseOffset,
      OffsetIndex offsets,
      TimeIndex times,
      TransactionIndex transactions) {
    this.disk = disk;
    this.baseOffset = baseOffset;
    this.offsets = offsets;
    this.times = times;
    this.transactions = transactions;
  }

  /// Empty ones of a new segment. Kafka takes a segment without index files for damaged, so the
  /// files exist from the start; that of the transactions appears with the first.
  static SegmentIndexes create(Disk disk, Path dir, long baseOffset, LookupMemory lookups)
      throws IOException {
    SegmentIndexes indexes =
        new SegmentIndexes(
            disk,
            baseOffset,
            new OffsetIndex(
                disk,
                LogFiles.file(dir, baseOffset, LogFiles.OFFSET_INDEX),
                baseOffset,
                0,
                lookups),
            new TimeIndex(disk, LogFiles.file(dir, baseOffset, LogFiles.TIME_INDEX), baseOffset, 0),
            new TransactionIndex(
                disk, LogFiles.file(dir, baseOffset, LogFiles.TRANSACTION_INDEX), 0, false));
    indexes.offsets.file().file().truncate(0);
    indexes.times.file().file().truncate(0);
    return indexes;
  }

  /// As they are found; nothing but their sizes is read, and a missing one counts as empty.
  ///
  /// @param names of all files in `dir`: a node has tens of thousands of indexes to look at
  static SegmentIndexes open(
      Disk disk, Path dir, Set<String> names, long baseOffset, LookupMemory lookups)
      throws IOException {
    Found offsets = Found.of(disk, dir, names, baseOffset, LogFiles.OFFSET_INDEX);
    Found times = Found.of(disk, dir, names, baseOffset, LogFiles.TIME_INDEX);
    Found transactions = Found.of(disk, dir, names, baseOffset, LogFiles.TRANSACTION_INDEX);
    return new SegmentIndexes(
        disk,
        baseOffset,
        new OffsetIndex(
            disk, offsets.path, baseOffset, offsets.entries(OffsetIndex.ENTRY_SIZE), lookups),
        new TimeIndex(disk, times.path, baseOffset, times.entries(TimeIndex.ENTRY_SIZE)),
        new TransactionIndex(
            disk,
            transactions.path,
            transactions.entries(TransactionIndex.ENTRY_SIZE),
            transactions.exists));
  }

  /// An index file as it lies there, or not.
  private record Found(Path path, boolean exists, long size) {

    static Found of(Disk disk, Path dir, Set<String> names, long baseOffset, String suffix)
        throws IOException {
      String name = LogFiles.name(baseOffset, suffix);
      Path path = dir.resolve(name);
      boolean exists = names.contains(name);
      return new Found(path, exists, exists ? disk.size(path) : 0);
    }

    int entries(int entrySize) {
      return (int) Math.min(size / entrySize, MAX_ENTRIES);
    }
  }

  /// More than a segment of 2 GiB can need; what a file claims beyond that is not believed.
  private static final int MAX_ENTRIES = Integer.MAX_VALUE / TransactionIndex.ENTRY_SIZE;

  OffsetIndex offsets() {
    return offsets;
  }

  TimeIndex times() {
    return times;
  }

  TransactionIndex transactions() {
    return transactions;
  }

  /// Whether one of them has no room for another entry of a file of `maxBytes`.
  boolean isFull(int maxBytes) {
    return offsets.isFull(maxBytes) || times.isFull(maxBytes);
  }

  /// Whether another program had them open last: Kafka pads the indexes that it appends to.
  boolean arePadded(int segmentIndexBytes) throws IOException {
    return offsets.file().isPadded(segmentIndexBytes) || times.file().isPadded(segmentIndexBytes);
  }

  /// Writes the entries that wait in memory.
  void write() throws IOException {
    offsets.write();
    times.write();
    transactions.write();
  }

  /// The files, for a sync.
  List<DiskFile> files() throws IOException {
    List<DiskFile> files = new ArrayList<>(3);
    files.add(offsets.file().file());
    files.add(times.file().file());
    if (transactions.exists()) {
      files.add(transactions.file().file());
    }
    return files;
  }

  /// Makes missing files, empty.
  void ensureFiles() throws IOException {
    offsets.file().file();
    times.file().file();
  }

  /// Gives the files in `dir` the suffix `.deleted` and adds their new names to `renamed`.
  void markDeleted(Path dir, List<Path> renamed) throws IOException {
    for (String suffix : SUFFIXES) {
      Path from = LogFiles.file(dir, baseOffset, suffix);
      if (disk.exists(from)) {
        Path to = LogFiles.file(dir, baseOffset, suffix + LogFiles.DELETED);
        disk.rename(from, to);
        renamed.add(to);
      }
    }
  }

  /// The folder was renamed.
  void moved(Path to) {
    offsets.file().renamed(LogFiles.file(to, baseOffset, LogFiles.OFFSET_INDEX));
    times.file().renamed(LogFiles.file(to, baseOffset, LogFiles.TIME_INDEX));
    transactions.file().renamed(LogFiles.file(to, baseOffset, LogFiles.TRANSACTION_INDEX));
  }

  void close() {
    offsets.file().close();
    times.file().close();
    transactions.file().close();
  }
}
