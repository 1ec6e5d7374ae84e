package io.millrace.log;

import io.millrace.log.format.MalformedFileException;
import io.millrace.log.format.OffsetCheckpoint;
import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The three checkpoint files of each directory: read once at load, replaced as a whole when their
/// content has changed. A file that cannot be read counts as empty: recovery then walks whole logs,
/// which is slow and safe.
///
/// A monitor; blocks for the disk while it writes.
final class DirectoryCheckpoints {

  private static final Logger LOG = LoggerFactory.getLogger(DirectoryCheckpoints.class);

  private final Disk disk;
  private final LogDirectories owner;
  private final Object guard = new Object();
  private final Map<TopicPartition, Long> recoveryPoints = new LinkedHashMap<>();
  private final Map<TopicPartition, Long> logStarts = new LinkedHashMap<>();
  private final Map<TopicPartition, Long> highWatermarks = new LinkedHashMap<>();
  private final Map<Path, Map<TopicPartition, Long>> written = new LinkedHashMap<>();

  DirectoryCheckpoints(Disk disk, LogDirectories owner) {
    this.disk = disk;
    this.owner = owner;
  }

  void read(LogDirectory directory) throws IOException {
    synchronized (guard) {
      recoveryPoints.putAll(read(directory, OffsetCheckpoint.RECOVERY_POINTS));
      logStarts.putAll(read(directory, OffsetCheckpoint.LOG_START_OFFSETS));
      highWatermarks.putAll(read(directory, OffsetCheckpoint.HIGH_WATERMARKS));
    }
  }

  private Map<TopicPartition, Long> read(LogDirectory directory, String name) throws IOException {
    Path file = directory.path().resolve(name);
    try {
      return OffsetCheckpoint.read(disk, file);
    } catch (MalformedFileException e) {
      LOG.warn("{} cannot be used and will be written anew", file, e);
      return Map.of();
    }
  }

  long recoveryPointAtLoad(TopicPartition partition) {
    synchronized (guard) {
      return recoveryPoints.getOrDefault(partition, 0L);
    }
  }

  long logStartAtLoad(TopicPartition partition) {
    synchronized (guard) {
      return logStarts.getOrDefault(partition, 0L);
    }
  }

  long highWatermarkAtLoad(TopicPartition partition) {
    synchronized (guard) {
      return highWatermarks.getOrDefault(partition, 0L);
    }
  }

  /// What one log says at one moment.
  private record State(long recoveryPoint, long logStart, long highWatermark) {}

  /// Writes what has changed since the last time. Blocks.
  void write(LogDirectory directory) throws IOException {
    Map<TopicPartition, Long> points = new TreeMap<>(BY_NAME);
    Map<TopicPartition, Long> starts = new TreeMap<>(BY_NAME);
    Map<TopicPartition, Long> watermarks = new TreeMap<>(BY_NAME);
    for (LogDirectories.Entry entry : owner.entriesIn(directory)) {
      State state = state(entry);
      TopicPartition partition = entry.hosted.partition();
      points.put(partition, state.recoveryPoint());
      watermarks.put(partition, state.highWatermark());
      if (state.logStart() > 0) {
        starts.put(partition, state.logStart());
      }
    }
    synchronized (guard) {
      replace(directory, OffsetCheckpoint.RECOVERY_POINTS, points);
      replace(directory, OffsetCheckpoint.LOG_START_OFFSETS, starts);
      replace(directory, OffsetCheckpoint.HIGH_WATERMARKS, watermarks);
    }
  }

  private static final java.util.Comparator<TopicPartition> BY_NAME =
      java.util.Comparator.comparing(TopicPartition::topic)
          .thenComparingInt(TopicPartition::partition);

  private State state(LogDirectories.Entry entry) throws IOException {
    LogOwner guardian = entry.owner;
    PartitionLog log = entry.hosted.log();
    if (guardian == null) {
      // Nobody uses it yet, so its state is that of load.
      TopicPartition partition = entry.hosted.partition();
      return new State(
          log.checkpointOffset(), log.logStartOffset(), highWatermarkAtLoad(partition));
    }
    State[] state = {new State(0, 0, 0)};
    guardian.guarded(guarded ->
        state[0] =
            new State(
                guarded.checkpointOffset(), guarded.logStartOffset(), guardian.highWatermark()));
    return state[0];
  }

  private void replace(LogDirectory directory, String name, Map<TopicPartition, Long> offsets)
      throws IOException {
    Path file = directory.path().resolve(name);
    if (!offsets.equals(written.get(file))) {
      OffsetCheckpoint.write(disk, file, offsets);
      written.put(file, offsets);
    }
  }

  /// A log was cut below its stored recovery point: the file must not promise more any longer.
  void lowerRecoveryPoint(PartitionLog log) throws IOException {
    for (LogDirectory directory : owner.directories()) {
      if (!log.dir().startsWith(directory.path())) {
        continue;
      }
      TopicPartition partition = DirectoryLoad.partitionOf(log.dir().getFileName().toString());
      synchronized (guard) {
        Path file = directory.path().resolve(OffsetCheckpoint.RECOVERY_POINTS);
        Map<TopicPartition, Long> lowered =
            new LinkedHashMap<>(written.getOrDefault(file, Map.of()));
        if (lowered.isEmpty()) {
          lowered.putAll(recoveryPoints);
        }
        if (partition != null) {
          lowered.merge(partition, log.checkpointOffset(), Math::min);
          replace(directory, OffsetCheckpoint.RECOVERY_POINTS, lowered);
        }
      }
      return;
    }
  }
}
