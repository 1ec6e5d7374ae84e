package io.millrace.log;

import io.millrace.log.format.LogFiles;
import io.millrace.log.segment.Segment;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.DiskFullException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A flush of one log. Holds references to the files that it syncs, so that segments may be rolled,
/// cut or deleted while it runs.
final class LogFlush implements FlushTicket {

  private final Disk disk;
  private final Path dir;
  private final boolean full;
  private final long upToOffset;
  private final int truncations;
  private final boolean syncFolder;
  private final boolean syncParent;
  private final List<DiskFile> files = new ArrayList<>();
  private final List<Path> smallFiles = new ArrayList<>();
  private List<Path> superseded = List.of();
  private byte @Nullable [] epochs;
  private boolean lacksEpochs;

  private LogFlush(LogState log, boolean full) {
    this.disk = log.disk;
    this.dir = log.dir;
    this.full = full;
    this.upToOffset = log.nextOffset;
    this.truncations = log.truncations;
    this.syncFolder = log.folderDirty;
    this.syncParent = log.parentDirty;
  }

  /// Takes down what has to be synced. Index entries that wait in memory are written here; where
  /// the disk is full and does not take them, the flush is not a full one.
  static LogFlush prepare(LogState log, boolean wanted) throws IOException {
    boolean full = wanted && writeIndexes(log, false);
    LogFlush flush = new LogFlush(log, full);
    long from = full ? log.indexedPoint : log.recoveryPoint;
    for (int i = Math.max(0, log.segments.floor(from)); i < log.segments.count(); i++) {
      Segment segment = log.segments.get(i);
      flush.add(segment.file());
      if (full) {
        for (DiskFile index : segment.indexFiles()) {
          flush.add(index);
        }
        // Open as long as this flush needs them: a node flushes all its logs now and then, and may
        // have more of them than files it may open.
        segment.releaseIndexFiles();
      }
    }
    log.folderDirty = false;
    log.parentDirty = false;
    if (log.metadataUnsynced) {
      flush.smallFiles.add(log.dir.resolve(LogFiles.PARTITION_METADATA));
      log.metadataUnsynced = false;
    }
    if (full) {
      flush.smallFiles.addAll(log.snapshots.takeUnsynced());
      flush.superseded = log.snapshots.forget(log.supersededSnapshots);
      log.supersededSnapshots.clear();
      if (log.epochs.isDirty(log.nextOffset)) {
        flush.epochs = EpochFile.content(log.epochs, log.nextOffset);
        log.epochs.markClean(log.nextOffset);
      }
    }
    return flush;
  }

  /// Writes the index entries that wait in memory.
  ///
  /// @return false where the disk is full
  static boolean writeIndexes(LogState log, boolean closing) throws IOException {
    try {
      int first = Math.max(0, log.segments.floor(log.indexedPoint));
      for (int i = first; i < log.segments.count(); i++) {
        log.segments.get(i).writeIndexes(closing && i + 1 == log.segments.count());
      }
      return true;
    } catch (DiskFullException e) {
      return false;
    }
  }

  private void add(DiskFile file) {
    file.retain();
    files.add(file);
  }

  @Override
  public long upToOffset() {
    return upToOffset;
  }

  boolean isFull() {
    return full;
  }

  /// Whether the full disk did not take the epochs: all else is durable.
  boolean lacksEpochs() {
    return lacksEpochs;
  }

  int truncations() {
    return truncations;
  }

  @Override
  public void run() throws IOException {
    try {
      for (DiskFile file : files) {
        file.sync();
      }
    } finally {
      files.forEach(DiskFile::release);
      files.clear();
    }
    for (Path file : smallFiles) {
      syncIfThere(file);
    }
    if (epochs != null) {
      try {
        disk.replace(dir.resolve(LogFiles.LEADER_EPOCHS), epochs);
      } catch (DiskFullException e) {
        lacksEpochs = true;
      }
    }
    if (syncFolder || !smallFiles.isEmpty()) {
      disk.syncDirectory(dir);
    }
    for (Path snapshot : superseded) {
      disk.delete(snapshot);
    }
    Path parent = dir.getParent();
    if (syncParent && parent != null) {
      disk.syncDirectory(parent);
    }
  }

  /// Retention may have deleted it meanwhile.
  private void syncIfThere(Path path) throws IOException {
    if (disk.exists(path)) {
      DiskFile file = disk.open(path);
      try {
        file.sync();
      } finally {
        file.release();
      }
    }
  }
}
