package io.millrace.benchmark.wire;

import java.nio.ByteBuffer;

/// The answer to a [ProduceFrame], read in place (Produce response 13).
public final class ProduceAnswer {
  private static final int TOPIC_ID_BYTES = 16;

  private final Bytes bytes = new Bytes();
  private int correlationId;
  private int partition;
  private short error;
  private long baseOffset;

  /// Reads the answer that begins at `position` with its correlation id.
  public ProduceAnswer read(ByteBuffer in, int position) {
    bytes.at(in, position);
    correlationId = bytes.int32();
    bytes.skipTags();
    if (bytes.compactLength() != 1 || bytes.skip(TOPIC_ID_BYTES).compactLength() != 1) {
      throw new IllegalStateException("not one topic with one partition in a Produce answer");
    }
    partition = bytes.int32();
    error = bytes.int16();
    baseOffset = bytes.int64();
    return this;
  }

  public int correlationId() {
    return correlationId;
  }

  public int partition() {
    return partition;
  }

  /// Kafka's error code; 0 for none.
  public short error() {
    return error;
  }

  public long baseOffset() {
    return baseOffset;
  }
}
