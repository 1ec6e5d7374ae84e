package io.millrace.replication;

import io.millrace.metadata.peer.MalformedResponseException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.ByteUtils;

/// Walks a Fetch response of versions 13 to 18 where it was received, so that records go from there
/// to the log. Belongs to one fetcher; used again.
final class FetchResponseReader {

  static final short OLDEST_VERSION = 13;

  private static final int TAG_DIVERGING_EPOCH = 0;

  private final FetchedPartition partition = new FetchedPartition();
  private Errors error = Errors.NONE;
  private int sessionId;

  /// Gets one partition after the other.
  @FunctionalInterface
  interface Sink {
    /// @param partition used again for the next one
    /// @param response the memory that the records lie in; its position and limit mean nothing
    void accept(FetchedPartition partition, ByteBuffer response);
  }

  /// Of the whole response.
  Errors error() {
    return error;
  }

  /// Of the session that the leader keeps, 0 when it keeps none.
  int sessionId() {
    return sessionId;
  }

  /// @param body from the first field on
  /// @throws MalformedResponseException when it is no Fetch response; some partitions may have been
  ///   given out by then
  void read(ByteBuffer body, Sink sink) {
    ByteBuffer records = body.duplicate();
    try {
      body.getInt(); // throttle time
      error = Errors.forCode(body.getShort());
      sessionId = body.getInt();
      for (int topics = arrayLength(body); topics > 0; topics--) {
        partition.topicId = new Uuid(body.getLong(), body.getLong());
        for (int n = arrayLength(body); n > 0; n--) {
          readPartition(body);
          sink.accept(partition, records);
        }
        skipTags(body);
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new MalformedResponseException("a Fetch response", e);
    }
  }

  private void readPartition(ByteBuffer in) {
    partition.index = in.getInt();
    partition.error = Errors.forCode(in.getShort());
    partition.highWatermark = in.getLong();
    in.getLong(); // last stable offset: follows from the records
    partition.logStartOffset = in.getLong();
    for (int aborted = arrayLength(in); aborted > 0; aborted--) {
      skip(in, 16);
      skipTags(in);
    }
    in.getInt(); // preferred read replica
    partition.recordsLength = arrayLength(in);
    partition.recordsAt = in.position();
    skip(in, partition.recordsLength);
    partition.divergingEpoch = -1;
    partition.divergingEndOffset = -1;
    for (int tags = ByteUtils.readUnsignedVarint(in); tags > 0; tags--) {
      int tag = ByteUtils.readUnsignedVarint(in);
      int size = ByteUtils.readUnsignedVarint(in);
      int end = in.position() + size;
      if (tag == TAG_DIVERGING_EPOCH) {
        partition.divergingEpoch = in.getInt();
        partition.divergingEndOffset = in.getLong();
      }
      in.position(end);
    }
  }

  /// 0 for null.
  private static int arrayLength(ByteBuffer in) {
    return Math.max(0, ByteUtils.readUnsignedVarint(in) - 1);
  }

  private static void skip(ByteBuffer in, int bytes) {
    if (bytes > in.remaining()) {
      throw new BufferUnderflowException();
    }
    in.position(in.position() + bytes);
  }

  private static void skipTags(ByteBuffer in) {
    for (int tags = ByteUtils.readUnsignedVarint(in); tags > 0; tags--) {
      ByteUtils.readUnsignedVarint(in);
      skip(in, ByteUtils.readUnsignedVarint(in));
    }
  }
}
