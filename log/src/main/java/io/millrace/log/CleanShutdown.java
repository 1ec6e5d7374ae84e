package io.millrace.log;

import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `.kafka_cleanshutdown`: says that a directory was closed whole, and by a broker of which epoch
/// (KIP-966). A JSON object, `{"version":0,"brokerEpoch":7}`; Kafka before 3.8 wrote an empty file.
public final class CleanShutdown {

  private static final Logger LOG = LoggerFactory.getLogger(CleanShutdown.class);
  private static final String NAME = ".kafka_cleanshutdown";
  private static final Pattern EPOCH = Pattern.compile("\"brokerEpoch\"\\s*:\\s*(-?\\d{1,18})\\b");

  private CleanShutdown() {}

  public static boolean isMarked(Disk disk, Path directory) {
    return disk.exists(directory.resolve(NAME));
  }

  /// The epoch in a directory's marker; -1 when it has none, or one without an epoch.
  public static long brokerEpoch(Disk disk, Path directory) throws IOException {
    return isMarked(disk, directory) ? read(disk, directory) : -1;
  }

  private static long read(Disk disk, Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    Matcher epoch = EPOCH.matcher(new String(disk.read(file), StandardCharsets.UTF_8));
    if (epoch.find()) {
      return Long.parseLong(epoch.group(1));
    }
    LOG.warn("{} names no broker epoch", file);
    return -1;
  }

  static void mark(Disk disk, Path directory, long brokerEpoch) throws IOException {
    String json = "{\"version\":0,\"brokerEpoch\":" + brokerEpoch + "}";
    disk.replace(directory.resolve(NAME), json.getBytes(StandardCharsets.UTF_8));
  }

  /// From here on a crash finds no marker. Durable when it returns.
  static void unmark(Disk disk, Path directory) throws IOException {
    disk.delete(directory.resolve(NAME));
    disk.syncDirectory(directory);
  }
}
