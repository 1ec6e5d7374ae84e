package io.millrace.cli.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads index files: entries of fixed size, offsets relative to the segment's base offset, which
/// is the file's name. A preallocated tail of zeros is not shown.
final class IndexDump {
  private static final int OFFSET_ENTRY_BYTES = 8;
  private static final int TIME_ENTRY_BYTES = 12;

  private IndexDump() {}

  /// Offset index: relative offset (int32), position in the segment (int32).
  ///
  /// @return false if entries do not ascend or the file ends inside one
  static boolean offsets(Path file, DumpOutput output) throws IOException {
    ByteBuffer entries = ByteBuffer.wrap(Files.readAllBytes(file));
    boolean sound = entries.remaining() % OFFSET_ENTRY_BYTES == 0;
    long base = baseOffset(file);
    int lastOffset = -1;
    while (entries.remaining() >= OFFSET_ENTRY_BYTES) {
      int relative = entries.getInt();
      int position = entries.getInt();
      if (relative == 0 && position == 0) {
        break;
      }
      sound &= relative > lastOffset;
      lastOffset = relative;
      output.row(file, "offset", base + relative, "position", position);
    }
    return report(sound, file, output);
  }

  /// Time index: timestamp in ms (int64), relative offset (int32).
  ///
  /// @return false if entries do not ascend or the file ends inside one
  static boolean times(Path file, DumpOutput output) throws IOException {
    ByteBuffer entries = ByteBuffer.wrap(Files.readAllBytes(file));
    boolean sound = entries.remaining() % TIME_ENTRY_BYTES == 0;
    long base = baseOffset(file);
    long lastTime = Long.MIN_VALUE;
    while (entries.remaining() >= TIME_ENTRY_BYTES) {
      long timestamp = entries.getLong();
      int relative = entries.getInt();
      if (timestamp == 0 && relative == 0) {
        break;
      }
      sound &= timestamp >= lastTime;
      lastTime = timestamp;
      output.row(file, "timestamp", timestamp, "offset", base + relative);
    }
    return report(sound, file, output);
  }

  private static boolean report(boolean sound, Path file, DumpOutput output) {
    if (!sound) {
      output.row(file, "damage", "entries do not ascend, or the last one is torn");
    }
    return sound;
  }

  private static long baseOffset(Path file) {
    String name = file.getFileName().toString();
    try {
      return Long.parseLong(name.substring(0, name.indexOf('.')));
    } catch (NumberFormatException _) {
      return 0;
    }
  }
}
