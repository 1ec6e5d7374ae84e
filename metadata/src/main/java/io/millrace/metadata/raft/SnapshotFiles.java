package io.millrace.metadata.raft;

import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.apache.kafka.common.record.internal.UnalignedRecords;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.RawSnapshotReader;
import org.apache.kafka.snapshot.RawSnapshotWriter;
import org.apache.kafka.snapshot.SnapshotPath;
import org.apache.kafka.snapshot.Snapshots;
import org.jspecify.annotations.Nullable;

/// The snapshots of the metadata log, `<offset>-<epoch>.checkpoint` beside its segments, and their
/// sizes. A snapshot is written as `….checkpoint.part`, synced and renamed, so that one with its
/// final name is whole; one to be deleted is renamed to `….checkpoint.deleted` first.
///
/// A monitor: snapshots are written on the `metadata` loop and read on `raft`. A snapshot is read
/// into memory as a whole (tens of megabytes in the largest clusters), so that nobody needs its
/// file after that.
final class SnapshotFiles {

  private static final String PARTIAL = Snapshots.SUFFIX + ".part";

  private final Disk disk;
  private final Path directory;
  private final TreeMap<OffsetAndEpoch, Long> sizes = new TreeMap<>();
  private long writers;

  private SnapshotFiles(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /// Finds the snapshots in a folder and deletes what an earlier run left behind: unfinished ones,
  /// ones marked for deletion, and those before the log's start.
  static SnapshotFiles recover(Disk disk, Path directory, long logStartOffset) throws IOException {
    SnapshotFiles found = new SnapshotFiles(disk, directory);
    List<Path> leftovers = new ArrayList<>();
    for (String name : disk.list(directory)) {
      SnapshotPath snapshot = Snapshots.parse(directory.resolve(name)).orElse(null);
      if (snapshot == null) {
        continue;
      }
      if (snapshot.partial()
          || snapshot.deleted()
          || snapshot.snapshotId().offset() < logStartOffset) {
        leftovers.add(snapshot.path());
      } else {
        found.sizes.put(snapshot.snapshotId(), disk.size(snapshot.path()));
      }
    }
    if (logStartOffset > 0
        && (found.sizes.isEmpty() || found.sizes.lastKey().offset() < logStartOffset)) {
      throw new IOException(
          "The metadata log in "
              + directory
              + " begins at offset "
              + logStartOffset
              + ", but no snapshot covers what came before. Restore the missing .checkpoint file,"
              + " or empty the directory and let this node join the cluster again.");
    }
    for (Path leftover : leftovers) {
      disk.delete(leftover);
    }
    return found;
  }

  synchronized Optional<OffsetAndEpoch> latest() {
    return sizes.isEmpty() ? Optional.empty() : Optional.of(sizes.lastKey());
  }

  synchronized Optional<OffsetAndEpoch> earliest() {
    return sizes.isEmpty() ? Optional.empty() : Optional.of(sizes.firstKey());
  }

  synchronized boolean contains(OffsetAndEpoch id) {
    return sizes.containsKey(id);
  }

  /// In ascending order.
  synchronized List<OffsetAndEpoch> ids() {
    return new ArrayList<>(sizes.keySet());
  }

  synchronized long totalBytes() {
    long total = 0;
    for (long size : sizes.values()) {
      total += size;
    }
    return total;
  }

  Optional<RawSnapshotReader> read(OffsetAndEpoch id) {
    Long size;
    synchronized (this) {
      size = sizes.get(id);
    }
    return size == null ? Optional.empty() : Optional.of(new Reader(id, size));
  }

  Optional<RawSnapshotReader> readLatest() {
    return latest().flatMap(this::read);
  }

  /// Begins a snapshot; it is known once it is frozen. Closing the writer before drops it.
  RawSnapshotWriter create(OffsetAndEpoch id) throws IOException {
    long writer;
    synchronized (this) {
      writer = ++writers;
    }
    Path part = directory.resolve(Snapshots.filenameFromSnapshotId(id) + "-" + writer + PARTIAL);
    disk.delete(part);
    return new Writer(id, part, disk.open(part));
  }

  synchronized void onFrozen(OffsetAndEpoch id, long size) {
    sizes.put(id, size);
  }

  /// Forgets the snapshots before `id` and renames their files; the caller deletes the returned
  /// paths some time later.
  List<Path> forgetBefore(OffsetAndEpoch id) throws IOException {
    List<OffsetAndEpoch> forgotten;
    synchronized (this) {
      forgotten = new ArrayList<>(sizes.headMap(id, false).keySet());
      sizes.keySet().removeAll(forgotten);
    }
    List<Path> renamed = new ArrayList<>();
    for (OffsetAndEpoch old : forgotten) {
      Path file = Snapshots.snapshotPath(directory, old);
      Path deleted =
          directory.resolve(Snapshots.filenameFromSnapshotId(old) + Snapshots.DELETE_SUFFIX);
      disk.rename(file, deleted);
      renamed.add(deleted);
    }
    return renamed;
  }

  private final class Reader implements RawSnapshotReader {
    private final OffsetAndEpoch id;
    private final long size;

    Reader(OffsetAndEpoch id, long size) {
      this.id = id;
      this.size = size;
    }

    @Override
    public OffsetAndEpoch snapshotId() {
      return id;
    }

    @Override
    public long sizeInBytes() {
      return size;
    }

    @Override
    public UnalignedRecords slice(long position, int length) {
      if (position < 0 || length < 0 || position > size) {
        throw new IllegalArgumentException("slice " + position + "+" + length + " of " + size);
      }
      int bounded = Math.min(length, MetadataLog.MOST_FETCHED_BYTES);
      return new UnalignedMemoryRecords(load(position, (int) Math.min(bounded, size - position)));
    }

    @Override
    public Records records() {
      return MemoryRecords.readableRecords(load(0, Math.toIntExact(size)));
    }

    private ByteBuffer load(long position, int length) {
      try {
        DiskFile file = disk.openForRead(Snapshots.snapshotPath(directory, id));
        try {
          ByteBuffer bytes = ByteBuffer.allocate(length);
          while (bytes.hasRemaining() && file.read(bytes, position + bytes.position()) > 0) {}
          return bytes.flip();
        } finally {
          file.release();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final class Writer implements RawSnapshotWriter {
    private final OffsetAndEpoch id;
    private final Path part;
    private @Nullable DiskFile file;
    private long size;
    private boolean frozen;

    Writer(OffsetAndEpoch id, Path part, DiskFile file) {
      this.id = id;
      this.part = part;
      this.file = file;
    }

    @Override
    public OffsetAndEpoch snapshotId() {
      return id;
    }

    @Override
    public long sizeInBytes() {
      return size;
    }

    @Override
    public void append(MemoryRecords records) {
      append(records.buffer());
    }

    @Override
    public void append(UnalignedMemoryRecords records) {
      append(records.buffer());
    }

    private void append(ByteBuffer bytes) {
      int length = bytes.remaining();
      try {
        open().write(bytes, size);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      size += length;
    }

    @Override
    public boolean isFrozen() {
      return frozen;
    }

    @Override
    public void freeze() {
      DiskFile written = open();
      try {
        written.sync();
        frozen = true;
        file = null;
        written.release();
        disk.rename(part, Snapshots.snapshotPath(directory, id));
        disk.syncDirectory(directory);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      onFrozen(id, size);
    }

    private DiskFile open() {
      if (file == null) {
        throw new IllegalStateException("snapshot " + id + " is frozen or closed");
      }
      return file;
    }

    @Override
    public void close() {
      if (file == null) {
        return;
      }
      file.release();
      file = null;
      try {
        disk.delete(part);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
