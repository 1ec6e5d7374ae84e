package io.millrace.log;

import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `.millrace_boot`: in which run of the machine the logs of a directory were last opened, all of
/// them. When it is still the same at the next start, the page cache has everything that was
/// written since ([LastStop#KILLED]). One line, `boot.id=` and [Disk#bootId], and a second one,
/// `broker.epoch=`, once the broker is registered: a node that lost nothing may tell the controller
/// so (KIP-966).
///
/// Written when a load is complete, never before: until then some log may be as a power failure
/// left it; and only if no log is damaged. Taken away when the directory fails, because a device
/// that lost a write may have dropped it from the page cache. It is not synced: after a power
/// failure it is worthless anyway. Kafka knows nothing of it and leaves it alone; a log that Kafka
/// has opened since, and did not close, is recognised by its index files, which Kafka pads.
final class BootNote {

  private static final String NAME = ".millrace_boot";
  private static final Pattern EPOCH =
      Pattern.compile("^broker\\.epoch=(\\d{1,18})$", Pattern.MULTILINE);

  private BootNote() {}

  /// Whether the directory's logs were last opened in this run of the machine.
  static boolean isOfThisBoot(Disk disk, Path directory) throws IOException {
    return !contentOfThisBoot(disk, directory).isEmpty();
  }

  /// The epoch under which the broker was last registered in this run of the machine; -1 when that
  /// is not known.
  static long brokerEpoch(Disk disk, Path directory) throws IOException {
    Matcher epoch = EPOCH.matcher(contentOfThisBoot(disk, directory));
    return epoch.find() ? Long.parseLong(epoch.group(1)) : -1;
  }

  private static String contentOfThisBoot(Disk disk, Path directory) throws IOException {
    String now = disk.bootId();
    Path file = directory.resolve(NAME);
    if (now == null || !disk.exists(file)) {
      return "";
    }
    String content = new String(disk.read(file), StandardCharsets.UTF_8);
    return content.startsWith(bootLine(now)) ? content : "";
  }

  /// Notes this boot; what an earlier note of the same boot says of the epoch stays.
  static void write(Disk disk, Path directory) throws IOException {
    String now = disk.bootId();
    if (now != null && !isOfThisBoot(disk, directory)) {
      write(disk, directory, bootLine(now));
    }
  }

  /// Adds the broker's epoch to a note of this boot; does nothing where there is none.
  static void write(Disk disk, Path directory, long brokerEpoch) throws IOException {
    String now = disk.bootId();
    if (now != null && isOfThisBoot(disk, directory)) {
      write(disk, directory, bootLine(now) + "broker.epoch=" + brokerEpoch + "\n");
    }
  }

  private static void write(Disk disk, Path directory, String content) throws IOException {
    DiskFile file = disk.open(directory.resolve(NAME));
    try {
      file.truncate(0);
      file.write(ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)), 0);
    } finally {
      file.release();
    }
  }

  static void remove(Disk disk, Path directory) throws IOException {
    disk.delete(directory.resolve(NAME));
  }

  private static String bootLine(String bootId) {
    return "boot.id=" + bootId + "\n";
  }
}
