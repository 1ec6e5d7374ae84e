package io.millrace.benchmark.wire;

import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/// A Fetch request for one topic, written by hand into one buffer (Fetch request 18). Owned by one
/// connection.
///
/// Use: [#begin], [#partition] for each, [#end].
public final class FetchFrame {
  /// A request outside of any session (KIP-227).
  public static final int NO_SESSION_EPOCH = -1;

  private static final int MAX_PARTITIONS = 126;
  private static final int NONE = -1;

  private final ByteBuffer frame;
  private final Uuid topicId;
  private final int bodyPosition;
  private final Limits limits;
  private int partitions;

  /// How much and how long the broker may collect.
  public record Limits(int maxWaitMs, int minBytes, int maxBytes, int partitionMaxBytes) {
    /// The Java consumer's defaults.
    public static final Limits CONSUMER = new Limits(500, 1, 50 << 20, 1 << 20);

    /// Answers of one MiB, at once.
    public static final Limits MEBIBYTE = new Limits(500, 1, 1 << 20, 1 << 20);
  }

  public FetchFrame(Uuid topicId, Limits limits) {
    this.topicId = topicId;
    this.limits = limits;
    short version = ApiKeys.FETCH.latestVersion();
    RequestHeader header = new RequestHeader(ApiKeys.FETCH, version, Frames.CLIENT_ID, 0);
    ByteBuffer whole =
        RequestUtils.serialize(
            header.data(), header.headerVersion(), new FetchRequestData(), version);
    int headerBytes = header.size();
    this.frame = ByteBuffer.allocateDirect(8 * 1024);
    this.frame.putInt(0).put(whole.limit(headerBytes));
    this.bodyPosition = frame.position();
  }

  /// Begins a request for `partitions` partitions (0 for a session that only asks for news).
  public FetchFrame begin(int sessionId, int sessionEpoch, int partitions) {
    if (partitions > MAX_PARTITIONS) {
      throw new IllegalArgumentException("at most " + MAX_PARTITIONS + " partitions");
    }
    this.partitions = partitions;
    frame.clear().position(bodyPosition);
    frame.putInt(limits.maxWaitMs()).putInt(limits.minBytes()).putInt(limits.maxBytes());
    frame.put((byte) 0); // read uncommitted
    frame.putInt(sessionId).putInt(sessionEpoch);
    if (partitions == 0) {
      frame.put((byte) 1);
    } else {
      frame.put((byte) 2);
      frame.putLong(topicId.getMostSignificantBits()).putLong(topicId.getLeastSignificantBits());
      frame.put((byte) (partitions + 1));
    }
    return this;
  }

  public FetchFrame partition(int partition, long offset) {
    frame.putInt(partition).putInt(NONE).putLong(offset).putInt(NONE).putLong(NONE);
    frame.putInt(limits.partitionMaxBytes()).put((byte) 0);
    return this;
  }

  /// Completes the request; ready to be written.
  public ByteBuffer end(int correlationId) {
    if (partitions > 0) {
      frame.put((byte) 0); // tagged fields of the topic
    }
    frame.put((byte) 1); // no forgotten topics
    frame.put((byte) 1); // no rack
    frame.put((byte) 0); // tagged fields
    frame.putInt(0, frame.position() - Integer.BYTES);
    frame.putInt(Frames.CORRELATION_POSITION, correlationId);
    return frame.flip();
  }
}
