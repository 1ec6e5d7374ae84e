package io.millrace.log.producer;

import io.millrace.log.format.LogFiles;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/// The producer snapshots in a partition's folder: which there are, writing and deleting them.
///
/// A snapshot is written without waiting for the device; [#unsynced] tells which ones a flush has
/// to sync. One that a crash leaves damaged fails its checksum and is not used.
public final class SnapshotFiles {

  private final Disk disk;
  private final NavigableSet<Long> offsets = new TreeSet<>();
  private final NavigableSet<Long> unsynced = new TreeSet<>();
  private Path dir;

  public SnapshotFiles(Disk disk, Path dir) {
    this.disk = disk;
    this.dir = dir;
  }

  /// Takes note of a file found at start.
  ///
  /// @param mayBeUnsynced whether the next flush has to make it durable
  public void found(long offset, boolean mayBeUnsynced) {
    offsets.add(offset);
    if (mayBeUnsynced) {
      unsynced.add(offset);
    }
  }

  public boolean has(long offset) {
    return offsets.contains(offset);
  }

  /// In ascending order.
  public NavigableSet<Long> offsets() {
    return offsets;
  }

  /// -1 when there is none.
  public long latest() {
    return offsets.isEmpty() ? -1 : offsets.last();
  }

  public byte[] read(long offset) throws IOException {
    return disk.read(LogFiles.file(dir, offset, LogFiles.SNAPSHOT));
  }

  /// @throws DiskFullException when there is no such snapshot
  public void write(long offset, byte[] content) throws IOException {
    Path path = LogFiles.file(dir, offset, LogFiles.SNAPSHOT);
    DiskFile file = disk.open(path);
    try {
      file.truncate(0);
      file.write(ByteBuffer.wrap(content), 0);
    } catch (DiskFullException e) {
      disk.delete(path);
      throw e;
    } finally {
      file.release();
    }
    offsets.add(offset);
    unsynced.add(offset);
  }

  public void delete(long offset) throws IOException {
    if (offsets.remove(offset)) {
      unsynced.remove(offset);
      disk.delete(LogFiles.file(dir, offset, LogFiles.SNAPSHOT));
    }
  }

  /// Deletes those with offsets above `offset`.
  public void deleteAbove(long offset) throws IOException {
    while (!offsets.isEmpty() && offsets.last() > offset) {
      delete(offsets.last());
    }
  }

  /// Deletes those with offsets below `offset`.
  public void deleteBelow(long offset) throws IOException {
    while (!offsets.isEmpty() && offsets.first() < offset) {
      delete(offsets.first());
    }
  }

  /// Files written since the last call, for a sync; they count as synced from now on.
  public List<Path> takeUnsynced() {
    List<Path> files = new ArrayList<>(unsynced.size());
    for (long offset : unsynced) {
      files.add(LogFiles.file(dir, offset, LogFiles.SNAPSHOT));
    }
    unsynced.clear();
    return files;
  }

  /// Takes snapshots out whose files the caller deletes.
  public List<Path> forget(List<Long> superseded) {
    List<Path> files = new ArrayList<>(superseded.size());
    for (long offset : superseded) {
      if (offsets.remove(offset)) {
        unsynced.remove(offset);
        files.add(LogFiles.file(dir, offset, LogFiles.SNAPSHOT));
      }
    }
    return files;
  }

  public void moved(Path to) {
    dir = to;
  }
}
