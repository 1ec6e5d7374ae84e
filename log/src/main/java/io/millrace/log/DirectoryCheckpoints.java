package io.millrace.log;

import io.millrace.log.format.MalformedFileException;
import io.millrace.log.format.OffsetCheckpoint;
import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The three checkpoint files of each directory: read once at load, replaced as a whole when their
/// content has changed. A file that cannot be read counts as lost: recovery then walks whole logs,
/// which is slow and safe.
///
/// A monitor; blocks for the disk while it writes. Logs are asked, under their guards, outside of
/// it.
final class DirectoryCheckpoints {

  private static final Logger LOG = LoggerFactory.getLogger(DirectoryCheckpoints.class);

  private static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private final Disk disk;
  private final LogDirectories owner;
  private final Object guard = new Object();

  /// Held while log starts are gathered and written, so that no older ones are written over newer;
  /// taken before any log's guard.
  private final Object startsRound = new Object();

  private final Map<LogDirectory, Stored> stored = new LinkedHashMap<>();

  /// What the files of one directory say.
  private static final class Stored {
    final Map<String, Map<TopicPartition, Long>> files = new LinkedHashMap<>();

    /// Whether the recovery points could not be read: what was flushed is unknown.
    boolean recoveryPointsLost;

    /// Counts the points lowered, so that no older, higher one is written over them.
    int lowered;

    Map<TopicPartition, Long> file(String name) {
      return files.getOrDefault(name, Map.of());
    }
  }

  DirectoryCheckpoints(Disk disk, LogDirectories owner) {
    this.disk = disk;
    this.owner = owner;
  }

  void read(LogDirectory directory) throws IOException {
    Stored found = new Stored();
    for (String name : OffsetCheckpoint.ALL) {
      Map<TopicPartition, Long> content = read(directory, name);
      if (content != null) {
        found.files.put(name, content);
      } else if (name.equals(OffsetCheckpoint.RECOVERY_POINTS)) {
        found.recoveryPointsLost = true;
      }
    }
    synchronized (guard) {
      stored.put(directory, found);
    }
  }

  /// Null when there is no such file, or none that can be read.
  private @Nullable Map<TopicPartition, Long> read(LogDirectory directory, String name)
      throws IOException {
    Path file = directory.path().resolve(name);
    if (!disk.exists(file)) {
      return null;
    }
    try {
      return OffsetCheckpoint.read(disk, file);
    } catch (MalformedFileException e) {
      LOG.warn("{} cannot be used and will be written anew", file, e);
      return null;
    }
  }

  /// -1 when nobody knows.
  long recoveryPointAtLoad(LogDirectory directory, TopicPartition partition) {
    synchronized (guard) {
      Stored at = of(directory);
      return at.file(OffsetCheckpoint.RECOVERY_POINTS)
          .getOrDefault(partition, at.recoveryPointsLost ? -1L : 0L);
    }
  }

  long logStartAtLoad(LogDirectory directory, TopicPartition partition) {
    synchronized (guard) {
      return of(directory).file(OffsetCheckpoint.LOG_START_OFFSETS).getOrDefault(partition, 0L);
    }
  }

  long highWatermarkAtLoad(LogDirectory directory, TopicPartition partition) {
    synchronized (guard) {
      return of(directory).file(OffsetCheckpoint.HIGH_WATERMARKS).getOrDefault(partition, 0L);
    }
  }

  private Stored of(LogDirectory directory) {
    return stored.computeIfAbsent(directory, d -> new Stored());
  }

  /// Writes the recovery points if the directory has no such file. Blocks.
  void writeMissing(LogDirectory directory) throws IOException {
    boolean missing;
    synchronized (guard) {
      missing = of(directory).recoveryPointsLost;
    }
    if (missing) {
      write(directory);
      synchronized (guard) {
        of(directory).recoveryPointsLost = false;
      }
    }
  }

  /// Writes what has changed since the last time. Blocks.
  void write(LogDirectory directory) throws IOException {
    int loweredBefore;
    synchronized (guard) {
      loweredBefore = of(directory).lowered;
    }
    Map<TopicPartition, Long> points = new TreeMap<>(BY_NAME);
    for (LogDirectories.Entry entry : owner.entriesIn(directory)) {
      TopicPartition partition = entry.hosted.partition();
      // An owner that no longer lets anybody in leaves what was stored before.
      points.put(partition, Math.max(0, recoveryPointAtLoad(directory, partition)));
      ask(entry, log -> points.put(partition, log.checkpointOffset()));
    }
    synchronized (guard) {
      // A point lowered meanwhile stands in the file; the next round writes the others.
      if (of(directory).lowered == loweredBefore) {
        replace(directory, OffsetCheckpoint.RECOVERY_POINTS, points);
      }
    }
    writeLogStarts(directory);
    writeHighWatermarks(directory);
  }

  /// Writes the log starts if one has changed. Blocks.
  void writeLogStarts(LogDirectory directory) throws IOException {
    synchronized (startsRound) {
      Map<TopicPartition, Long> starts = new TreeMap<>(BY_NAME);
      for (LogDirectories.Entry entry : owner.entriesIn(directory)) {
        TopicPartition partition = entry.hosted.partition();
        long before = logStartAtLoad(directory, partition);
        if (before > 0) {
          starts.put(partition, before);
        }
        ask(
            entry,
            log -> {
              if (log.logStartOffset() > 0) {
                starts.put(partition, log.logStartOffset());
              }
            });
      }
      synchronized (guard) {
        replace(directory, OffsetCheckpoint.LOG_START_OFFSETS, starts);
      }
    }
  }

  /// A log that was deleted leaves no start behind: another of the same name may begin at 0.
  /// Blocks.
  void forgetLogStart(LogDirectory directory, TopicPartition partition) throws IOException {
    synchronized (startsRound) {
      synchronized (guard) {
        Map<TopicPartition, Long> starts = new TreeMap<>(BY_NAME);
        starts.putAll(of(directory).file(OffsetCheckpoint.LOG_START_OFFSETS));
        if (starts.remove(partition) != null) {
          replace(directory, OffsetCheckpoint.LOG_START_OFFSETS, starts);
        }
      }
    }
  }

  /// Writes the high watermarks if one has changed. Blocks.
  void writeHighWatermarks(LogDirectory directory) throws IOException {
    Map<TopicPartition, Long> watermarks = new TreeMap<>(BY_NAME);
    for (LogDirectories.Entry entry : owner.entriesIn(directory)) {
      LogOwner guardian = entry.owner;
      TopicPartition partition = entry.hosted.partition();
      watermarks.put(
          partition,
          guardian == null ? highWatermarkAtLoad(directory, partition) : guardian.highWatermark());
    }
    synchronized (guard) {
      replace(directory, OffsetCheckpoint.HIGH_WATERMARKS, watermarks);
    }
  }

  private static void ask(LogDirectories.Entry entry, LogOwner.LogStep step) throws IOException {
    LogOwner guardian = entry.owner;
    if (guardian == null) {
      // Nobody uses it yet, so its state is that of load.
      step.run(entry.hosted.log());
    } else {
      guardian.guarded(step);
    }
  }

  private void replace(LogDirectory directory, String name, Map<TopicPartition, Long> offsets)
      throws IOException {
    Stored at = of(directory);
    if (!at.files.containsKey(name) || !offsets.equals(at.file(name))) {
      OffsetCheckpoint.write(disk, directory.path().resolve(name), offsets);
      at.files.put(name, offsets);
    }
  }

  /// A log was cut below its stored recovery point: the file must not promise more any longer.
  /// Called under the log's guard. Blocks.
  void lowerRecoveryPoint(PartitionLog log) throws IOException {
    TopicPartition partition = DirectoryLoad.partitionOf(String.valueOf(log.dir().getFileName()));
    for (LogDirectory directory : owner.directories()) {
      if (partition != null && directory.path().equals(log.dir().getParent())) {
        synchronized (guard) {
          Stored at = of(directory);
          at.lowered++;
          Map<TopicPartition, Long> stored = at.file(OffsetCheckpoint.RECOVERY_POINTS);
          if (stored.containsKey(partition)) {
            Map<TopicPartition, Long> points = new TreeMap<>(BY_NAME);
            points.putAll(stored);
            points.merge(partition, log.checkpointOffset(), Math::min);
            replace(directory, OffsetCheckpoint.RECOVERY_POINTS, points);
          }
        }
        return;
      }
    }
  }
}
