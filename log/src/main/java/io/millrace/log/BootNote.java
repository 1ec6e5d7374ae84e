package io.millrace.log;

import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `.millrace_boot`: what the next start may believe of a directory that was not closed. A line
/// each:
///
/// ```
/// boot.id=…               Disk#bootId, the run of the machine in which its logs were last opened, all of them
/// broker.epoch=7          once the broker is registered
/// synced.before.ack=true  where all that was promised under that epoch is synced
/// ```
///
/// In the same run of the machine the page cache has everything that was written
/// ([LastStop#KILLED]). In that case, and in any run where everything was synced before it was
/// promised, the broker lost nothing, and may tell the controller so with its epoch (KIP-966).
///
/// Written when a load is complete, never before: until then some log may be as a power failure
/// left it; and only if no log is damaged. Kafka knows nothing of it and leaves it alone; a log
/// that Kafka has opened since, and did not close, is recognised by its index files, which Kafka
/// pads.
final class BootNote {

  private static final String NAME = ".millrace_boot";
  private static final Pattern BOOT = Pattern.compile("^boot\\.id=(.+)$", Pattern.MULTILINE);
  private static final Pattern EPOCH =
      Pattern.compile("^broker\\.epoch=(\\d{1,18})$", Pattern.MULTILINE);

  private static final String SYNCED = "synced.before.ack=true\n";

  private BootNote() {}

  /// What a note says.
  ///
  /// @param bootId of the run of the machine
  /// @param brokerEpoch -1 when the broker was not registered
  /// @param synced all that was promised under that epoch is synced; such a note is durable
  record Content(String bootId, long brokerEpoch, boolean synced) {}

  /// Whether the directory's logs were last opened in this run of the machine.
  static boolean isOfThisBoot(Disk disk, Path directory) throws IOException {
    Content note = read(disk, directory);
    return note != null && note.bootId().equals(disk.bootId());
  }

  /// The epoch under which the broker was last registered and since when it lost nothing that it
  /// promised; -1 when there is none.
  static long unbrokenEpoch(Disk disk, Path directory) throws IOException {
    Content note = read(disk, directory);
    if (note == null) {
      return -1;
    }
    return note.synced() || note.bootId().equals(disk.bootId()) ? note.brokerEpoch() : -1;
  }

  /// Null when there is none, or none that can be understood.
  static @Nullable Content read(Disk disk, Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    if (!disk.exists(file)) {
      return null;
    }
    String text = new String(disk.read(file), StandardCharsets.UTF_8);
    Matcher boot = BOOT.matcher(text);
    if (!boot.find()) {
      return null;
    }
    Matcher epoch = EPOCH.matcher(text);
    boolean registered = epoch.find();
    return new Content(
        boot.group(1),
        registered ? Long.parseLong(epoch.group(1)) : -1,
        registered && text.endsWith(SYNCED));
  }

  /// Replaces the note. One of a directory that syncs is durable when this returns; any other is
  /// worthless after a power failure anyway.
  static void write(Disk disk, Path directory, Content note) throws IOException {
    StringBuilder text = new StringBuilder("boot.id=").append(note.bootId()).append('\n');
    if (note.brokerEpoch() >= 0) {
      text.append("broker.epoch=").append(note.brokerEpoch()).append('\n');
    }
    if (note.synced()) {
      text.append(SYNCED);
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    if (note.synced()) {
      disk.replace(directory.resolve(NAME), bytes);
      return;
    }
    DiskFile file = disk.open(directory.resolve(NAME));
    try {
      file.truncate(0);
      file.write(ByteBuffer.wrap(bytes), 0);
    } finally {
      file.release();
    }
  }

  /// Takes the note away; durable when this returns.
  static void remove(Disk disk, Path directory) throws IOException {
    if (disk.exists(directory.resolve(NAME))) {
      disk.delete(directory.resolve(NAME));
      disk.syncDirectory(directory);
    }
  }
}
