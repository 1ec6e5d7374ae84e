package io.millrace.benchmark.wire;

import java.nio.ByteBuffer;

/// A cursor over Kafka's flexible encoding in a buffer whose position it does not move.
final class Bytes {
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int position;

  Bytes at(ByteBuffer buffer, int position) {
    this.buffer = buffer;
    this.position = position;
    return this;
  }

  int position() {
    return position;
  }

  Bytes skip(int bytes) {
    position += bytes;
    return this;
  }

  short int16() {
    position += Short.BYTES;
    return buffer.getShort(position - Short.BYTES);
  }

  int int32() {
    position += Integer.BYTES;
    return buffer.getInt(position - Integer.BYTES);
  }

  long int64() {
    position += Long.BYTES;
    return buffer.getLong(position - Long.BYTES);
  }

  int unsignedVarint() {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      byte b = buffer.get(position++);
      value |= (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalStateException("a varint of more than five bytes");
  }

  /// The length of a compact array, string or byte field; -1 for null.
  int compactLength() {
    return unsignedVarint() - 1;
  }

  /// Skips a compact string or byte field, null included.
  Bytes skipCompact() {
    return skip(Math.max(0, compactLength()));
  }

  /// Skips a section of tagged fields.
  Bytes skipTags() {
    for (int left = unsignedVarint(); left > 0; left--) {
      unsignedVarint();
      skip(unsignedVarint());
    }
    return this;
  }
}
