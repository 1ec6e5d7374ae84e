package io.millrace.log.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/// The checksum of messages of magic 0 and 1, which old logs may still hold: CRC-32 of everything
/// from the magic on, stored at byte 12.
final class LegacyChecksum {

  private LegacyChecksum() {}

  static boolean holds(ByteBuffer bytes, int at, int size) {
    CRC32 crc = new CRC32();
    bytes.clear().limit(at + size).position(at + 16);
    crc.update(bytes);
    bytes.clear();
    return bytes.getInt(at + 12) == (int) crc.getValue();
  }
}
