package io.millrace.log.inspect;

import io.millrace.log.CleanShutdown;
import io.millrace.log.LastStop;
import io.millrace.log.format.MalformedFileException;
import io.millrace.log.format.OffsetCheckpoint;
import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.jspecify.annotations.Nullable;

/// Looks at one log directory and all that is in it. Every batch is read and its checksum compared,
/// so this lasts as long as reading the directory does.
public final class DirectoryInspection {

  /// Less than this counts as a full disk: one batch may not fit any more.
  private static final long LITTLE_BYTES = 16L << 20;

  private static final Pattern PARTITION = Pattern.compile("(.+)-(\\d{1,9})");
  private static final Pattern ON_ITS_WAY =
      Pattern.compile(".+-\\d+\\.[0-9a-zA-Z]+-(delete|future|stray)");

  private final Disk disk;
  private final Path path;
  private final Consumer<Path> progress;
  private final List<Finding> findings = new ArrayList<>();
  private final List<PartitionReport> partitions = new ArrayList<>();

  private DirectoryInspection(Disk disk, Path path, Consumer<Path> progress) {
    this.disk = disk;
    this.path = path;
    this.progress = progress;
  }

  /// Looks at a directory. Blocks.
  ///
  /// @param progress told of every folder before it is read
  /// @throws IOException when something cannot be read at all
  public static DirectoryReport of(Disk disk, Path directory, Consumer<Path> progress)
      throws IOException {
    return new DirectoryInspection(disk, directory, progress).run();
  }

  private DirectoryReport run() throws IOException {
    LastStop lastStop = LastStop.of(disk, path);
    long epoch = CleanShutdown.brokerEpoch(disk, path);
    Map<TopicPartition, Long> points = checkpoint(OffsetCheckpoint.RECOVERY_POINTS);
    Map<TopicPartition, Long> starts = checkpoint(OffsetCheckpoint.LOG_START_OFFSETS);
    Map<TopicPartition, Long> watermarks = checkpoint(OffsetCheckpoint.HIGH_WATERMARKS);
    for (String name : disk.list(path)) {
      if (disk.isDirectory(path.resolve(name)) && !name.startsWith(".")) {
        TopicPartition partition = partition(name);
        if (partition == null) {
          noteFolder(name);
        } else if (!partition.topic().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
          inspect(partition, points, starts, watermarks, lastStop);
        }
      }
    }
    long usable = disk.usableBytes(path);
    if (usable < LITTLE_BYTES) {
      findings.add(
          Finding.damage(
              path,
              "the disk is full: %d bytes are left. Make room before a start".formatted(usable)));
    }
    return new DirectoryReport(
        path, lastStop, epoch, usable, disk.totalBytes(path), partitions, findings);
  }

  private Map<TopicPartition, Long> checkpoint(String name) throws IOException {
    try {
      return OffsetCheckpoint.read(disk, path.resolve(name));
    } catch (MalformedFileException e) {
      findings.add(
          Finding.mended(
              path.resolve(name), "cannot be used and is written anew: " + e.getMessage()));
      return new LinkedHashMap<>();
    }
  }

  private void inspect(
      TopicPartition partition,
      Map<TopicPartition, Long> points,
      Map<TopicPartition, Long> starts,
      Map<TopicPartition, Long> watermarks,
      LastStop lastStop)
      throws IOException {
    Path folder = path.resolve(partition.toString());
    progress.accept(folder);
    PartitionReport report =
        new PartitionInspection(
                disk,
                folder,
                partition,
                points.getOrDefault(partition, -1L),
                starts.getOrDefault(partition, 0L),
                lastStop)
            .run();
    partitions.add(report);
    Long watermark = watermarks.get(partition);
    if (watermark != null && watermark > report.logEndOffset()) {
      findings.add(
          Finding.damage(
              folder,
              "ends at offset %d, but consumers have seen it up to %d: records at its end are lost"
                  .formatted(report.logEndOffset(), watermark)));
    }
  }

  private void noteFolder(String name) {
    Matcher marked = ON_ITS_WAY.matcher(name);
    Path folder = path.resolve(name);
    if (!marked.matches()) {
      findings.add(Finding.note(folder, "is not the folder of a partition and is left alone"));
      return;
    }
    findings.add(
        Finding.note(
            folder,
            switch (marked.group(1)) {
              case "delete" -> "is of a deleted topic and is removed";
              case "future" -> "is an unfinished move between directories and is left alone";
              default ->
                  "was set aside because the metadata did not know it; it is left alone: delete it"
                      + " when nobody misses it";
            }));
  }

  private static @Nullable TopicPartition partition(String name) {
    Matcher parts = PARTITION.matcher(name);
    return parts.matches() && Topic.isValid(parts.group(1))
        ? new TopicPartition(parts.group(1), Integer.parseInt(parts.group(2)))
        : null;
  }
}
