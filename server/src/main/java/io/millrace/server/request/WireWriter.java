package io.millrace.server.request;

import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;

/// Sizes and encodes the primitive types of the protocol for answers that are written by hand.
/// Formats: Kafka protocol guide, "Protocol Primitive Types"; KIP-482.
public final class WireWriter {

  private WireWriter() {}

  public static int sizeOfUnsignedVarint(int value) {
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }

  public static void unsignedVarint(ByteBuffer out, int value) {
    while ((value & ~0x7f) != 0) {
      out.put((byte) (value & 0x7f | 0x80));
      value >>>= 7;
    }
    out.put((byte) value);
  }

  /// Size of the length prefix of an array or of bytes.
  public static int sizeOfLength(boolean compact, int length) {
    return compact ? sizeOfUnsignedVarint(length + 1) : 4;
  }

  public static void length(ByteBuffer out, boolean compact, int length) {
    if (compact) {
      unsignedVarint(out, length + 1);
    } else {
      out.putInt(length);
    }
  }

  public static int sizeOfString(boolean compact, byte[] utf8) {
    return (compact ? sizeOfUnsignedVarint(utf8.length + 1) : 2) + utf8.length;
  }

  public static void string(ByteBuffer out, boolean compact, byte[] utf8) {
    if (compact) {
      unsignedVarint(out, utf8.length + 1);
    } else {
      out.putShort((short) utf8.length);
    }
    out.put(utf8);
  }

  public static int sizeOfNullableString(
      boolean compact, byte @org.jspecify.annotations.Nullable [] utf8) {
    return utf8 == null ? (compact ? 1 : 2) : sizeOfString(compact, utf8);
  }

  public static void nullableString(
      ByteBuffer out, boolean compact, byte @org.jspecify.annotations.Nullable [] utf8) {
    if (utf8 != null) {
      string(out, compact, utf8);
    } else if (compact) {
      out.put((byte) 0);
    } else {
      out.putShort((short) -1);
    }
  }

  public static void uuid(ByteBuffer out, Uuid id) {
    out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
  }
}
