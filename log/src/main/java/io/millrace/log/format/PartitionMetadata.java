package io.millrace.log.format;

import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;

/// `partition.metadata`: the topic id that a partition's folder belongs to. Two lines, `version: 0`
/// and `topic_id: ` with the id in base64.
public final class PartitionMetadata {

  private static final String VERSION = "version: ";
  private static final String TOPIC_ID = "topic_id: ";

  private PartitionMetadata() {}

  /// [Uuid#ZERO_UUID] when the folder has no such file.
  ///
  /// @throws MalformedFileException when the content cannot be used
  public static Uuid read(Disk disk, Path dir) throws IOException {
    Path file = dir.resolve(LogFiles.PARTITION_METADATA);
    if (!disk.exists(file)) {
      return Uuid.ZERO_UUID;
    }
    Uuid id = Uuid.ZERO_UUID;
    for (String line : new String(disk.read(file), StandardCharsets.UTF_8).lines().toList()) {
      if (line.startsWith(VERSION) && !line.substring(VERSION.length()).trim().equals("0")) {
        throw new MalformedFileException(file, "unknown " + line);
      }
      if (line.startsWith(TOPIC_ID)) {
        try {
          id = Uuid.fromString(line.substring(TOPIC_ID.length()).trim());
        } catch (IllegalArgumentException e) {
          throw new MalformedFileException(file, "malformed topic id");
        }
      }
    }
    if (id.equals(Uuid.ZERO_UUID)) {
      throw new MalformedFileException(file, "no topic id");
    }
    return id;
  }

  /// Writes the file without waiting for the device; the log's first flush syncs it.
  public static void write(Disk disk, Path dir, Uuid topicId) throws IOException {
    String text = VERSION + "0\n" + TOPIC_ID + topicId;
    DiskFile file = disk.open(dir.resolve(LogFiles.PARTITION_METADATA));
    try {
      file.truncate(0);
      file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
    } finally {
      file.release();
    }
  }
}
