package io.millrace.benchmark.load;

import io.millrace.benchmark.wire.CommitFrame;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Commits offset 1, 2, 3, … of the same partitions, up to a last one.
public final class CommitTraffic implements Traffic {
  /// More than an answer about a thousand partitions takes.
  public static final int RECEIVE_BYTES = 64 * 1024;

  private final CommitFrame frame;
  private final long last;
  private long offset;

  public CommitTraffic(CommitFrame frame, long last) {
    this.frame = frame;
    this.last = last;
  }

  @Override
  public @Nullable ByteBuffer next(int correlationId) {
    return offset == last ? null : frame.next(correlationId, ++offset);
  }

  @Override
  public void answered(ByteBuffer in, int position, int size) {
    short error = CommitFrame.error(in, position);
    if (error != 0) {
      throw new LoadException("OffsetCommit: " + Errors.forCode(error));
    }
  }
}
