package io.millrace.log;

import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// `.millrace_boot`: in which run of the machine the logs of a directory were last opened, all of
/// them. When it is still the same at the next start, the page cache has everything that was
/// written since ([LastStop#KILLED]). One line, `boot.id=` and [Disk#bootId].
///
/// Written when a load is complete, never before: until then some log may be as a power failure
/// left it; and only if no log is damaged. Taken away when the directory fails, because a device
/// that lost a write may have dropped it from the page cache. It is not synced: after a power
/// failure it is worthless anyway. Kafka knows nothing of it and leaves it alone; a log that Kafka
/// has opened since, and did not close, is recognised by its index files, which Kafka pads.
final class BootNote {

  private static final String NAME = ".millrace_boot";

  private BootNote() {}

  /// Whether the directory's logs were last opened in this run of the machine.
  static boolean isOfThisBoot(Disk disk, Path directory) throws IOException {
    String now = disk.bootId();
    Path file = directory.resolve(NAME);
    return now != null
        && disk.exists(file)
        && new String(disk.read(file), StandardCharsets.UTF_8).equals(content(now));
  }

  static void write(Disk disk, Path directory) throws IOException {
    String now = disk.bootId();
    if (now == null || isOfThisBoot(disk, directory)) {
      return;
    }
    DiskFile file = disk.open(directory.resolve(NAME));
    try {
      file.truncate(0);
      file.write(ByteBuffer.wrap(content(now).getBytes(StandardCharsets.UTF_8)), 0);
    } finally {
      file.release();
    }
  }

  static void remove(Disk disk, Path directory) throws IOException {
    disk.delete(directory.resolve(NAME));
  }

  private static String content(String bootId) {
    return "boot.id=" + bootId + "\n";
  }
}
