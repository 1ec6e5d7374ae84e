package io.millrace.log.format;

import java.nio.ByteBuffer;

/// Zigzag variable-length integers, as records use them. Reading moves the buffer's position.
///
/// Malformed ones (too long, or cut by the limit) leave the buffer at its limit and give
/// [#MALFORMED], which no length or count is; whoever reads checks what it got anyway.
public final class Varints {

  /// Given for what cannot be read.
  public static final int MALFORMED = Integer.MIN_VALUE;

  private Varints() {}

  public static int readInt(ByteBuffer bytes) {
    int at = bytes.position();
    int limit = bytes.limit();
    if (at >= limit) {
      return MALFORMED;
    }
    int b = bytes.get(at++);
    int raw = b & 0x7f;
    for (int shift = 7; b < 0; shift += 7) {
      if (at >= limit || shift > 28) {
        bytes.position(limit);
        return MALFORMED;
      }
      b = bytes.get(at++);
      raw |= (b & 0x7f) << shift;
    }
    bytes.position(at);
    return (raw >>> 1) ^ -(raw & 1);
  }

  /// [Long#MIN_VALUE] for what cannot be read.
  public static long readLong(ByteBuffer bytes) {
    int at = bytes.position();
    int limit = bytes.limit();
    if (at >= limit) {
      return Long.MIN_VALUE;
    }
    int b = bytes.get(at++);
    long raw = b & 0x7f;
    for (int shift = 7; b < 0; shift += 7) {
      if (at >= limit || shift > 63) {
        bytes.position(limit);
        return Long.MIN_VALUE;
      }
      b = bytes.get(at++);
      raw |= (b & 0x7fL) << shift;
    }
    bytes.position(at);
    return (raw >>> 1) ^ -(raw & 1);
  }
}
