package io.millrace.metadata.stored;

import io.millrace.log.format.BatchScanner;
import io.millrace.log.format.LogFiles;
import io.millrace.metadata.raft.MetadataLog;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.metadata.MetadataRecordType;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.ByteUtils;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.SnapshotPath;
import org.apache.kafka.snapshot.Snapshots;
import org.jspecify.annotations.Nullable;

/// Walks the files of `__cluster_metadata-0`: the latest snapshot, then the segments behind it up
/// to the first thing that is not a whole batch. Where the log begins at its beginning,
/// `bootstrap.checkpoint` goes before: the first active controller may not have copied it yet.
public final class StoredRecords {

  private static final int BUFFER_BYTES = 1 << 18;
  private static final String BOOTSTRAP = "bootstrap.checkpoint";

  private final Disk disk;
  private final RecordVisitor visitor;
  private final MetadataRecordSerde serde = new MetadataRecordSerde();
  private long endOffset;
  private int lastEpoch = -1;
  private long unreadBytes;

  private StoredRecords(Disk disk, RecordVisitor visitor) {
    this.disk = disk;
    this.visitor = visitor;
  }

  /// Walks the metadata log of the directory. Blocks; costs a read of the latest snapshot and of
  /// the log behind it (`metadata.log.max.record.bytes.between.snapshots`, as a rule).
  ///
  /// @throws IOException when a file cannot be read, or holds a record that cannot be understood
  public static StoredExtent walk(Disk disk, Path directory, RecordVisitor visitor)
      throws IOException {
    return new StoredRecords(disk, visitor).walk(directory);
  }

  private StoredExtent walk(Path directory) throws IOException {
    Path folder = directory.resolve(MetadataLog.FOLDER);
    List<String> names = disk.exists(folder) ? disk.list(folder) : List.of();
    List<Long> segments =
        names.stream()
            .filter(name -> LogFiles.is(name, LogFiles.LOG))
            .map(LogFiles::offsetOf)
            .sorted()
            .toList();
    OffsetAndEpoch snapshot = latestSnapshot(folder, names);
    boolean fromTheBeginning = snapshot == null || snapshot.offset() == 0;
    if (fromTheBeginning && disk.exists(directory.resolve(BOOTSTRAP))) {
      readFile(directory.resolve(BOOTSTRAP));
    }
    if (snapshot != null) {
      readFile(Snapshots.snapshotPath(folder, snapshot));
      endOffset = snapshot.offset();
      lastEpoch = snapshot.epoch();
    }
    for (int i = 0; i < segments.size() && unreadBytes == 0; i++) {
      boolean covered = i + 1 < segments.size() && segments.get(i + 1) <= endOffset;
      if (!covered) {
        readSegment(LogFiles.file(folder, segments.get(i), LogFiles.LOG), endOffset);
      }
    }
    long start = segments.isEmpty() ? endOffset : segments.getFirst();
    return new StoredExtent(snapshot, start, endOffset, lastEpoch, unreadBytes);
  }

  private static @Nullable OffsetAndEpoch latestSnapshot(Path folder, List<String> names) {
    OffsetAndEpoch latest = null;
    for (String name : names) {
      SnapshotPath path = Snapshots.parse(folder.resolve(name)).orElse(null);
      if (path != null
          && !path.partial()
          && !path.deleted()
          && (latest == null || path.snapshotId().compareTo(latest) > 0)) {
        latest = path.snapshotId();
      }
    }
    return latest;
  }

  private void readFile(Path file) throws IOException {
    try {
      for (MutableRecordBatch batch :
          MemoryRecords.readableRecords(ByteBuffer.wrap(disk.read(file))).batches()) {
        batch.ensureValid();
        read(batch, 0);
      }
    } catch (RuntimeException e) {
      // Kafka's readers throw whatever comes where a length or a type is wrong.
      throw new IOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private void readSegment(Path path, long from) throws IOException {
    DiskFile file = disk.openForRead(path);
    try {
      BatchScanner scanner = new BatchScanner(file, 0, file.size(), BUFFER_BYTES, true);
      while (scanner.next()) {
        if (scanner.lastOffset() < from) {
          continue;
        }
        ByteBuffer whole = scanner.whole();
        ByteBuffer bytes = whole.slice(scanner.at(), scanner.size());
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
          read(batch, from);
        }
        endOffset = scanner.lastOffset() + 1;
        lastEpoch = scanner.leaderEpoch();
      }
      unreadBytes = scanner.stop() == BatchScanner.Stop.END ? 0 : file.size() - scanner.position();
    } catch (RuntimeException e) {
      throw new IOException(path + " cannot be read: " + e.getMessage(), e);
    } finally {
      file.release();
    }
  }

  private void read(MutableRecordBatch batch, long from) {
    List<Record> records = new ArrayList<>();
    batch.forEach(records::add);
    for (Record record : records) {
      if (record.offset() < from && from > 0) {
        continue;
      }
      if (batch.isControlBatch()) {
        visitor.onControl(ControlRecordType.parse(record.key()), record);
      } else if (visitor.wants(typeOf(record.value()))) {
        visitor.onRecord(serde.read(new ByteBufferAccessor(record.value()), record.valueSize()));
      }
    }
  }

  /// A record begins with the frame's version, its type and the type's version, all varints.
  private static MetadataRecordType typeOf(ByteBuffer value) {
    ByteBuffer bytes = value.duplicate();
    ByteUtils.readUnsignedVarint(bytes);
    int type = ByteUtils.readUnsignedVarint(bytes);
    try {
      return MetadataRecordType.fromId((short) type);
    } catch (RuntimeException e) {
      throw new KafkaException("a metadata record of the unknown type " + type, e);
    }
  }
}
