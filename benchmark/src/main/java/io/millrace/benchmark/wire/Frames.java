package io.millrace.benchmark.wire;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/// Makes whole request frames (size, header, body) with Kafka's message classes, in the newest
/// version that they know. Done once a frame, outside of what is measured.
public final class Frames {
  /// What the load calls itself in request headers.
  public static final String CLIENT_ID = "millrace-bench";

  /// Position of the correlation id in every frame: size, API key and version come before it.
  public static final int CORRELATION_POSITION = 8;

  private Frames() {}

  /// A frame in memory of its own outside of the heap, ready to be written, with correlation id 0.
  public static ByteBuffer of(ApiKeys api, ApiMessage body) {
    RequestHeader header = new RequestHeader(api, api.latestVersion(), CLIENT_ID, 0);
    ByteBuffer request =
        RequestUtils.serialize(header.data(), header.headerVersion(), body, api.latestVersion());
    ByteBuffer frame = ByteBuffer.allocateDirect(Integer.BYTES + request.remaining());
    return frame.putInt(request.remaining()).put(request).flip();
  }

  /// Position of the first occurrence of `value`, big endian, in `frame`.
  static int find(ByteBuffer frame, long value) {
    for (int i = 0; i + Long.BYTES <= frame.limit(); i++) {
      if (frame.getLong(i) == value) {
        return i;
      }
    }
    throw new IllegalArgumentException("no %x in the frame".formatted(value));
  }
}
