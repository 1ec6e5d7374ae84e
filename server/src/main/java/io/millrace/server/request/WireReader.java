package io.millrace.server.request;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.Uuid;

/// A cursor over one request in the receive buffer, for the two requests that are decoded by hand
/// (Produce and Fetch). Every read is checked against the end of the frame; what does not fit is a
/// [MalformedRequestException], which closes the connection. Reusable; belongs to one loop.
///
/// Formats: Kafka protocol guide, "Protocol Primitive Types"; the compact forms and tagged fields
/// are those of KIP-482.
public final class WireReader {

  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private int position;
  private int end;

  public WireReader reset(ByteBuffer buffer, int start, int length) {
    bytes = buffer;
    position = start;
    end = start + length;
    return this;
  }

  public ByteBuffer bytes() {
    return bytes;
  }

  public int position() {
    return position;
  }

  public int remaining() {
    return end - position;
  }

  private int take(int n) {
    if (n < 0 || n > end - position) {
      throw new MalformedRequestException(
          "field of " + n + " bytes where " + (end - position) + " are left in the request");
    }
    int at = position;
    position += n;
    return at;
  }

  public void skip(int n) {
    take(n);
  }

  public byte int8() {
    return bytes.get(take(1));
  }

  public short int16() {
    return bytes.getShort(take(2));
  }

  public int int32() {
    return bytes.getInt(take(4));
  }

  public long int64() {
    return bytes.getLong(take(8));
  }

  public Uuid uuid() {
    long most = int64();
    return new Uuid(most, int64());
  }

  /// An unsigned varint of at most 32 bits.
  public int unsignedVarint() {
    int value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      byte b = int8();
      value |= (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new MalformedRequestException("a varint of more than five bytes");
  }

  /// Length of a string, bytes or array field; -1 for null.
  public int length(boolean compact, int plainWidth) {
    int n;
    if (compact) {
      n = unsignedVarint() - 1;
    } else {
      n = plainWidth == 2 ? int16() : int32();
    }
    if (n < -1) {
      throw new MalformedRequestException("negative length " + n);
    }
    return n;
  }

  /// Number of elements of an array; every element has at least `minElementBytes` bytes, so a count
  /// that cannot fit the frame is refused before anything is allocated for it. -1 for null.
  public int arrayLength(boolean compact, int minElementBytes) {
    int n = length(compact, 4);
    if (n > 0 && (long) n * minElementBytes > remaining()) {
      throw new MalformedRequestException(
          "an array of " + n + " elements where " + remaining() + " bytes are left in the request");
    }
    return n;
  }

  /// Null when the field is null.
  public @org.jspecify.annotations.Nullable String nullableString(boolean compact) {
    int n = length(compact, 2);
    return n < 0 ? null : utf8(n);
  }

  public String utf8(int n) {
    int at = take(n); // Before anything is allocated: the length may lie.
    byte[] copy = new byte[n];
    bytes.get(at, copy);
    return new String(copy, StandardCharsets.UTF_8);
  }

  public void skipNullableString(boolean compact) {
    skip(Math.max(0, length(compact, 2)));
  }

  /// Number of tagged fields that follow.
  public int taggedFields() {
    return unsignedVarint();
  }

  public void skipTaggedFields() {
    for (int n = taggedFields(); n > 0; n--) {
      unsignedVarint();
      skip(unsignedVarint());
    }
  }
}
