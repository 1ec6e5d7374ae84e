package io.millrace.benchmark.wire;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// A cursor over the whole batches of format v2 in a stretch of bytes; a batch that is cut off at
/// the end is not visited. Moves neither position nor limit of the buffer, except within
/// [#checksumHolds].
public final class Batch {
  static final int CRC = 17;
  static final int ATTRIBUTES = 21;

  private static final int LENGTH = 8;
  private static final int LAST_OFFSET_DELTA = 23;
  private static final int COUNT = 57;
  private static final int HEADER = 61;
  private static final int LOG_OVERHEAD = 12;

  private final CRC32C crc = new CRC32C();
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private int position;
  private int next;
  private int end;

  /// Begins before the first batch of `[from, to)`.
  public Batch over(ByteBuffer buffer, int from, int to) {
    this.buffer = buffer;
    this.next = from;
    this.end = to;
    return this;
  }

  /// Moves to the next whole batch, if there is one.
  public boolean next() {
    if (end - next < HEADER) {
      return false;
    }
    int size = LOG_OVERHEAD + buffer.getInt(next + LENGTH);
    if (size < HEADER) {
      throw new IllegalStateException("a batch of " + size + " bytes");
    }
    if (end - next < size) {
      return false;
    }
    position = next;
    next += size;
    return true;
  }

  /// Where the batch begins in the buffer.
  public int position() {
    return position;
  }

  public int size() {
    return next - position;
  }

  public long baseOffset() {
    return buffer.getLong(position);
  }

  public long lastOffset() {
    return baseOffset() + buffer.getInt(position + LAST_OFFSET_DELTA);
  }

  public int count() {
    return buffer.getInt(position + COUNT);
  }

  /// The time stamp that [ProduceFrame#stamp] wrote into a batch of `payload`'s shape.
  public long stamp(Payload payload) {
    return buffer.getLong(position + stampPosition(payload));
  }

  /// Whether the CRC-32C in the header is that of the bytes.
  public boolean checksumHolds() {
    int limit = buffer.limit();
    int before = buffer.position();
    crc.reset();
    crc.update(buffer.limit(next).position(position + ATTRIBUTES));
    buffer.limit(limit).position(before);
    return (int) crc.getValue() == buffer.getInt(position + CRC);
  }

  static int stampPosition(Payload payload) {
    return Frames.find(payload.batch().buffer(), Payload.MARKER);
  }
}
