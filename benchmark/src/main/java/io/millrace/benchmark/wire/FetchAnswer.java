package io.millrace.benchmark.wire;

import java.nio.ByteBuffer;

/// The answer to a [FetchFrame], read in place (Fetch response 18).
public final class FetchAnswer {
  private static final int TOPIC_ID_BYTES = 16;
  private static final int ABORTED_BYTES = 16;

  private final Bytes bytes = new Bytes();
  private short error;
  private int sessionId;

  /// Sees each partition of an answer.
  @FunctionalInterface
  public interface Partitions {
    /// The records lie at `[from, to)` of the buffer; the last batch may be cut off.
    void partition(int partition, short error, long highWatermark, int from, int to);
  }

  /// Reads the answer that begins at `position` with its correlation id.
  public void read(ByteBuffer in, int position, Partitions partitions) {
    bytes.at(in, position).skip(Integer.BYTES).skipTags();
    bytes.skip(Integer.BYTES); // throttle time
    error = bytes.int16();
    sessionId = bytes.int32();
    for (int topics = bytes.compactLength(); topics > 0; topics--) {
      bytes.skip(TOPIC_ID_BYTES);
      for (int left = bytes.compactLength(); left > 0; left--) {
        partition(partitions);
      }
      bytes.skipTags();
    }
  }

  /// The error code of the whole request; 0 for none.
  public short error() {
    return error;
  }

  public int sessionId() {
    return sessionId;
  }

  private void partition(Partitions partitions) {
    int partition = bytes.int32();
    short partitionError = bytes.int16();
    long highWatermark = bytes.int64();
    bytes.skip(2 * Long.BYTES); // last stable offset, log start offset
    for (int aborted = bytes.compactLength(); aborted > 0; aborted--) {
      bytes.skip(ABORTED_BYTES).skipTags();
    }
    bytes.skip(Integer.BYTES); // preferred read replica
    int length = Math.max(0, bytes.compactLength());
    int from = bytes.position();
    bytes.skip(length).skipTags();
    partitions.partition(partition, partitionError, highWatermark, from, from + length);
  }
}
