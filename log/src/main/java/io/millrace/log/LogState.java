package io.millrace.log;

import io.millrace.log.format.LogFiles;
import io.millrace.log.producer.ProducerTable;
import io.millrace.log.producer.SnapshotFiles;
import io.millrace.log.segment.CorruptIndexException;
import io.millrace.log.segment.LogSegments;
import io.millrace.log.segment.RottenRange;
import io.millrace.log.segment.Segment;
import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// The parts of an open log, as recovery hands them to [PartitionLog] and as its helpers share
/// them. Under the log's guard.
final class LogState {

  /// Unflushed bytes from which on a full flush is due: bounds what recovery has to walk.
  static final long FULL_FLUSH_BYTES = 128L << 20;

  /// Bytes from which on a full flush brings a producer snapshot along: bounds what recovery has to
  /// replay below the recovery point.
  static final long SNAPSHOT_BYTES = 4L << 20;

  final LogEnvironment environment;
  final Disk disk;
  Path dir;
  LogConfig config;
  Uuid topicId = Uuid.ZERO_UUID;

  final LogSegments segments = new LogSegments();
  LeaderEpochs epochs = new LeaderEpochs();
  final ProducerTable producers = new ProducerTable();
  final SnapshotFiles snapshots;

  /// Rotten ranges that a start has found and that were not repaired since: nobody knows which
  /// producers wrote them.
  final List<RottenRange> damage = new ArrayList<>();

  /// What the start has found of what was promised; damage that is cut, not repaired, is lacking
  /// from then on.
  volatile Integrity integrity = Integrity.WHOLE;

  long logStartOffset;
  long nextOffset;

  /// Everything below is durable.
  long recoveryPoint;

  /// Everything below is durable together with its indexes, epochs and producer state.
  long indexedPoint;

  /// Files were created, renamed or deleted in the folder and the folder was not synced since; the
  /// same for the folder's own entry in its parent.
  boolean folderDirty;

  boolean parentDirty;

  /// Counts truncations, so that a flush prepared before one does not promise what it cut.
  int truncations;

  /// Snapshots that a newer one replaces, to be deleted once that is durable.
  final List<Long> supersededSnapshots = new ArrayList<>();

  /// Bytes appended since the last full flush.
  long bytesSinceFullFlush;

  /// Bytes appended since the last producer snapshot.
  long bytesSinceSnapshot;

  /// The last append found no room.
  boolean diskFull;

  /// The files were given back; nothing may be asked of the log any more.
  boolean closed;

  /// The files are as a clean stop left them.
  boolean asLeft;

  /// `partition.metadata` was written and not synced.
  boolean metadataUnsynced;

  long unflushedMessages;
  long lastFlushedMs;

  LogState(LogEnvironment environment, Path dir, LogConfig config) {
    this.environment = environment;
    this.disk = environment.world().disk();
    this.dir = dir;
    this.config = config;
    this.snapshots = new SnapshotFiles(disk, dir);
  }

  long nowMs() {
    return environment.world().clock().wallMs();
  }

  /// Random part of `segment.ms` that a new segment goes without.
  long rollJitterMs() {
    long bound = Math.min(config.segmentJitterMs(), config.segmentMs());
    return bound <= 0 ? 0 : environment.world().entropy().stream("log roll " + dir).nextLong(bound);
  }

  /// Deletes the files of segments that were taken out at the log's end. They are renamed first,
  /// durably: else they could come back behind what is appended next, and a start after a kill in
  /// between sees that something was under way. Blocks.
  void deleteNow(List<Segment> removed) throws IOException {
    if (removed.isEmpty()) {
      return;
    }
    List<Path> files = new ArrayList<>();
    for (Segment segment : removed) {
      files.addAll(segment.markDeleted());
    }
    disk.syncDirectory(dir);
    for (Path file : files) {
      disk.delete(file);
    }
  }

  /// A start has found it.
  void addDamage(Segment segment, List<RottenRange> found) {
    found.forEach(range -> damage.add(segment.rot().add(range)));
    damage.sort(Comparator.comparingLong(RottenRange::firstOffset));
  }

  /// What is left of the first damage; null when there is none.
  @Nullable RottenRange firstDamage() {
    if (damage.isEmpty()) {
      return null;
    }
    RottenRange first = damage.getFirst();
    Segment segment = segments.at(first.segmentOffset());
    if (segment != null) {
      for (RottenRange left : segment.rot().ranges()) {
        if (left.isRestOf(first)) {
          return left;
        }
      }
    }
    // Repaired, and not synced yet.
    return first;
  }

  /// What is damaged goes, with all else.
  void dropDamage() {
    if (!damage.isEmpty()) {
      damage.clear();
      integrity = Integrity.LACKING;
    }
  }

  /// What is deleted need not be repaired.
  void dropDamageBelow(long offset) {
    if (!damage.isEmpty()) {
      damage.removeIf(range -> range.nextOffset() <= offset);
    }
  }

  /// Something that looks into the log by its indexes.
  interface Lookup<T> {
    @Nullable T run() throws IOException;
  }

  /// Runs a lookup; where an index turns out to be wrong, all are made anew and it runs again.
  <T> @Nullable T withSoundIndexes(Lookup<T> lookup) throws IOException {
    try {
      return lookup.run();
    } catch (CorruptIndexException e) {
      asLeft = false;
      for (Segment segment : segments.all()) {
        environment
            .reports()
            .rebuilt(segment.path(LogFiles.OFFSET_INDEX), String.valueOf(e.getMessage()));
        segment.rebuildIndexes(config.indexIntervalBytes());
      }
      return lookup.run();
    }
  }
}
