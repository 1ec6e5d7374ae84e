package io.millrace.metadata.format;

import io.millrace.runtime.Disk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// `meta.properties`, which says whose a data directory is (Kafka's version 1 of it).
///
/// @param directoryId null in directories that Kafka before 3.7 formatted
public record MetaPropertiesFile(String clusterId, int nodeId, @Nullable Uuid directoryId) {

  static final String NAME = "meta.properties";

  /// Null where the directory has none.
  ///
  /// @throws Malformed when there is one that cannot be understood
  static @Nullable MetaPropertiesFile read(Disk disk, Path directory)
      throws IOException, Malformed {
    Path file = directory.resolve(NAME);
    if (!disk.exists(file)) {
      return null;
    }
    Properties properties = new Properties();
    try {
      properties.load(new ByteArrayInputStream(disk.read(file)));
    } catch (IllegalArgumentException e) {
      throw new Malformed(file + " is no properties file: " + e.getMessage());
    }
    String version = properties.getProperty("version", "0").trim();
    if (!version.equals("1")) {
      throw new Malformed(
          file
              + " has version="
              + version
              + ", of a broker that used ZooKeeper; only KRaft's version=1 can be opened");
    }
    String directoryId = properties.getProperty("directory.id");
    try {
      return new MetaPropertiesFile(
          required(properties, "cluster.id", file),
          Integer.parseInt(required(properties, "node.id", file)),
          directoryId == null ? null : Uuid.fromString(directoryId.trim()));
    } catch (IllegalArgumentException e) {
      throw new Malformed(file + " has a value that cannot be read: " + e.getMessage());
    }
  }

  private static String required(Properties properties, String key, Path file) throws Malformed {
    String value = properties.getProperty(key);
    if (value == null) {
      throw new Malformed(file + " lacks " + key);
    }
    return value.trim();
  }

  /// Replaces the directory's file durably.
  void write(Disk disk, Path directory) throws IOException {
    StringBuilder content = new StringBuilder("#\n");
    content.append("cluster.id=").append(clusterId).append('\n');
    if (directoryId != null) {
      content.append("directory.id=").append(directoryId).append('\n');
    }
    content.append("node.id=").append(nodeId).append('\n');
    content.append("version=1\n");
    disk.replace(directory.resolve(NAME), content.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  /// The file is there and cannot be understood; the message says which and why.
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }
}
