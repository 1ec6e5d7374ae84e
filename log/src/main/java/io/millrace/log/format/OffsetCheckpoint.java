package io.millrace.log.format;

import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/// One offset for each partition of a log directory: `recovery-point-offset-checkpoint`,
/// `log-start-offset-checkpoint`, `replication-offset-checkpoint`. An entry is topic, partition,
/// offset. Replaced as a whole.
public final class OffsetCheckpoint {

  public static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
  public static final String LOG_START_OFFSETS = "log-start-offset-checkpoint";
  public static final String HIGH_WATERMARKS = "replication-offset-checkpoint";

  /// All three.
  public static final List<String> ALL =
      List.of(RECOVERY_POINTS, LOG_START_OFFSETS, HIGH_WATERMARKS);

  private OffsetCheckpoint() {}

  /// Empty when there is no file.
  ///
  /// @throws MalformedFileException when the content cannot be used
  public static Map<TopicPartition, Long> read(Disk disk, Path file) throws IOException {
    Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
    if (!disk.exists(file)) {
      return offsets;
    }
    for (String[] entry : CheckpointLines.read(file, disk.read(file), 3)) {
      long partition = CheckpointLines.number(file, entry[1]);
      long offset = CheckpointLines.number(file, entry[2]);
      if (partition < 0 || partition > Integer.MAX_VALUE || offset < 0) {
        throw new MalformedFileException(file, "malformed entry of " + entry[0]);
      }
      offsets.put(new TopicPartition(entry[0], (int) partition), offset);
    }
    return offsets;
  }

  /// Replaces the file, durably. Blocks.
  public static void write(Disk disk, Path file, Map<TopicPartition, Long> offsets)
      throws IOException {
    List<String> lines = new ArrayList<>(offsets.size());
    offsets.forEach((p, offset) -> lines.add(p.topic() + " " + p.partition() + " " + offset));
    disk.replace(file, CheckpointLines.write(lines));
  }
}
