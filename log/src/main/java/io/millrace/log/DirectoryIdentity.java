package io.millrace.log;

import io.millrace.runtime.Disk;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.Uuid;

/// Reads who a log directory is from its `meta.properties` (version 1, KIP-858). Written when the
/// directory is formatted, never here.
final class DirectoryIdentity {

  private DirectoryIdentity() {}

  /// `directory.id`; zero where an older Kafka formatted the directory without one.
  static Uuid read(Disk disk, Path directory) throws IOException {
    Path file = directory.resolve("meta.properties");
    if (!disk.exists(file)) {
      throw new IOException(file + " is missing: the directory is not formatted");
    }
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(new String(disk.read(file), StandardCharsets.UTF_8)));
      String id = properties.getProperty("directory.id");
      return id == null ? Uuid.ZERO_UUID : Uuid.fromString(id);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
