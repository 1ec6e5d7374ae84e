package io.millrace.log.format;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The header of a record batch, read and changed in place. Static functions over a big-endian
/// buffer and the absolute index of the batch's first byte, so that nothing is allocated.
///
/// Layout of format version ("magic") 2, KIP-98:
///
/// | at | bytes | field |
/// |---|---|---|
/// | 0 | 8 | base offset |
/// | 8 | 4 | length of what follows this field |
/// | 12 | 4 | partition leader epoch |
/// | 16 | 1 | magic |
/// | 17 | 4 | CRC-32C of everything from the attributes on |
/// | 21 | 2 | attributes: 0–2 codec, 3 LogAppendTime, 4 transactional, 5 control, 6 delete horizon |
/// | 23 | 4 | last offset delta |
/// | 27 | 8 | base timestamp |
/// | 35 | 8 | max timestamp |
/// | 43 | 8 | producer id |
/// | 51 | 2 | producer epoch |
/// | 53 | 4 | base sequence |
/// | 57 | 4 | record count |
/// | 61 | | records |
///
/// Base offset and leader epoch lie outside the checksum, so the broker sets them without touching
/// it. Magic 0 and 1 (before Kafka 0.11) share the first 12 bytes and the place of the magic only;
/// they are recognised on disk and refused on append.
public final class BatchHeader {

  /// Bytes before the records.
  public static final int SIZE = 61;

  /// Bytes up to and including the length field; the length counts from here.
  public static final int LENGTH_END = 12;

  /// Bytes up to and including the magic.
  public static final int MAGIC_END = 17;

  /// The smallest length field of any format: the record header of magic 0.
  private static final int SMALLEST_LENGTH = 14;

  private static final int LEADER_EPOCH = 12;
  private static final int MAGIC = 16;
  private static final int CRC = 17;
  private static final int ATTRIBUTES = 21;
  private static final int LAST_OFFSET_DELTA = 23;
  private static final int BASE_TIMESTAMP = 27;
  private static final int MAX_TIMESTAMP = 35;
  private static final int PRODUCER_ID = 43;
  private static final int PRODUCER_EPOCH = 51;
  private static final int BASE_SEQUENCE = 53;
  private static final int RECORD_COUNT = 57;

  private static final int CODEC_MASK = 0x07;
  private static final int LOG_APPEND_TIME = 0x08;
  private static final int TRANSACTIONAL = 0x10;
  private static final int CONTROL = 0x20;

  private BatchHeader() {}

  public static long baseOffset(ByteBuffer bytes, int at) {
    return bytes.getLong(at);
  }

  /// Bytes of the whole batch. Only meaningful after [#hasSaneLength].
  public static int sizeInBytes(ByteBuffer bytes, int at) {
    return LENGTH_END + bytes.getInt(at + 8);
  }

  /// Whether the length field can be one at all: not too small for any format, and not so large
  /// that the size overflows.
  public static boolean hasSaneLength(ByteBuffer bytes, int at) {
    int length = bytes.getInt(at + 8);
    return length >= SMALLEST_LENGTH && length <= Integer.MAX_VALUE - LENGTH_END;
  }

  public static byte magic(ByteBuffer bytes, int at) {
    return bytes.get(at + MAGIC);
  }

  public static int leaderEpoch(ByteBuffer bytes, int at) {
    return bytes.getInt(at + LEADER_EPOCH);
  }

  public static int lastOffsetDelta(ByteBuffer bytes, int at) {
    return bytes.getInt(at + LAST_OFFSET_DELTA);
  }

  /// Of any magic: before 2 the base offset field of a message (or of a compressed set) is its last
  /// offset.
  public static long lastOffset(ByteBuffer bytes, int at) {
    long base = baseOffset(bytes, at);
    return magic(bytes, at) >= 2 ? base + lastOffsetDelta(bytes, at) : base;
  }

  public static short attributes(ByteBuffer bytes, int at) {
    return bytes.getShort(at + ATTRIBUTES);
  }

  /// The codec's id in `CompressionType`; 5 to 7 mean nothing.
  public static int codec(ByteBuffer bytes, int at) {
    return attributes(bytes, at) & CODEC_MASK;
  }

  public static boolean isLogAppendTime(ByteBuffer bytes, int at) {
    return (attributes(bytes, at) & LOG_APPEND_TIME) != 0;
  }

  public static boolean isTransactional(ByteBuffer bytes, int at) {
    return (attributes(bytes, at) & TRANSACTIONAL) != 0;
  }

  public static boolean isControl(ByteBuffer bytes, int at) {
    return (attributes(bytes, at) & CONTROL) != 0;
  }

  public static long baseTimestamp(ByteBuffer bytes, int at) {
    return bytes.getLong(at + BASE_TIMESTAMP);
  }

  /// Of any magic; -1 for magic 0, which has no timestamps.
  public static long maxTimestamp(ByteBuffer bytes, int at) {
    return switch (magic(bytes, at)) {
      case 0 -> -1;
      case 1 -> bytes.getLong(at + 18);
      default -> bytes.getLong(at + MAX_TIMESTAMP);
    };
  }

  public static long producerId(ByteBuffer bytes, int at) {
    return bytes.getLong(at + PRODUCER_ID);
  }

  public static boolean hasProducerId(ByteBuffer bytes, int at) {
    return producerId(bytes, at) > -1;
  }

  public static short producerEpoch(ByteBuffer bytes, int at) {
    return bytes.getShort(at + PRODUCER_EPOCH);
  }

  public static int baseSequence(ByteBuffer bytes, int at) {
    return bytes.getInt(at + BASE_SEQUENCE);
  }

  /// Sequence of the last record; sequences wrap to 0 behind [Integer#MAX_VALUE].
  public static int lastSequence(ByteBuffer bytes, int at) {
    int base = baseSequence(bytes, at);
    return base < 0 ? -1 : addToSequence(base, lastOffsetDelta(bytes, at));
  }

  public static int addToSequence(int sequence, int increment) {
    return sequence > Integer.MAX_VALUE - increment
        ? increment - (Integer.MAX_VALUE - sequence) - 1
        : sequence + increment;
  }

  public static int subtractFromSequence(int sequence, int decrement) {
    return sequence < decrement
        ? Integer.MAX_VALUE - (decrement - sequence) + 1
        : sequence - decrement;
  }

  public static int recordCount(ByteBuffer bytes, int at) {
    return bytes.getInt(at + RECORD_COUNT);
  }

  /// Whether the checksum of a magic 2 batch of `size` bytes holds. Leaves `bytes` cleared, as do
  /// all that compute a checksum.
  public static boolean checksumHolds(ByteBuffer bytes, int at, int size, CRC32C crc) {
    return bytes.getInt(at + CRC) == checksum(bytes, at, size, crc);
  }

  /// Whether the checksum of a batch of any magic holds. Leaves `bytes` cleared.
  public static boolean holds(ByteBuffer bytes, int at, int size, CRC32C crc) {
    return magic(bytes, at) == 2
        ? size >= SIZE && checksumHolds(bytes, at, size, crc)
        : LegacyChecksum.holds(bytes, at, size);
  }

  public static void setBaseOffset(ByteBuffer bytes, int at, long baseOffset) {
    bytes.putLong(at, baseOffset);
  }

  public static void setLeaderEpoch(ByteBuffer bytes, int at, int epoch) {
    bytes.putInt(at + LEADER_EPOCH, epoch);
  }

  /// Sets the largest timestamp and what kind it is, and the checksum with it if that changes
  /// anything.
  public static void setMaxTimestamp(
      ByteBuffer bytes, int at, int size, boolean logAppendTime, long timestampMs, CRC32C crc) {
    int old = attributes(bytes, at);
    int attributes = logAppendTime ? old | LOG_APPEND_TIME : old & ~LOG_APPEND_TIME;
    if (attributes == old && maxTimestamp(bytes, at) == timestampMs) {
      return;
    }
    bytes.putShort(at + ATTRIBUTES, (short) attributes);
    bytes.putLong(at + MAX_TIMESTAMP, timestampMs);
    bytes.putInt(at + CRC, checksum(bytes, at, size, crc));
  }

  private static int checksum(ByteBuffer bytes, int at, int size, CRC32C crc) {
    crc.reset();
    bytes.clear().limit(at + size).position(at + ATTRIBUTES);
    crc.update(bytes);
    bytes.clear();
    return (int) crc.getValue();
  }
}
