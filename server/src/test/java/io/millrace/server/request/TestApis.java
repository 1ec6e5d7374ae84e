package io.millrace.server.request;

import io.millrace.runtime.Connection;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.FileSlice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/// Four APIs whose answers a test holds in its hand: ApiVersions is answered at once; Heartbeat
/// when the test says so; Produce, decoded by hand, too; Fetch with a part of a file.
final class TestApis {

  /// Heartbeats not answered yet, in the order in which they started.
  final List<Responder> heartbeats = new ArrayList<>();

  /// Produce requests not answered yet.
  final List<HeldAnswer> produces = new ArrayList<>();

  /// Bodies of the Produce requests that came.
  final List<byte[]> produced = new ArrayList<>();

  /// How often each Produce asks to be put off before it is taken; without end where negative.
  int early;

  /// How often a Produce was looked at.
  int looks;

  int discarded;
  @Nullable DiskFile file;
  int fetchBytes;

  ApiTable table() {
    return ApiTable.builder()
        .serve(ApiKeys.API_VERSIONS, (_, _, out) -> out.respond(new ApiVersionsResponseData()))
        .serve(ApiKeys.HEARTBEAT, (_, _, out) -> heartbeats.add(out))
        .serveWire(ApiKeys.PRODUCE, this::produce)
        .serveWire(ApiKeys.FETCH, this::fetch)
        .build();
  }

  static HeartbeatResponseData beat() {
    return new HeartbeatResponseData();
  }

  private void produce(WireConnection connection, WireHeader header, WireReader body) {
    looks++;
    if (early != 0 && connection.putOff()) {
      early--;
      return;
    }
    byte[] bytes = new byte[body.remaining()];
    body.bytes().get(body.position(), bytes);
    produced.add(bytes);
    HeldAnswer answer = new HeldAnswer(connection, header.correlationId(), true);
    connection.enqueue(answer);
    produces.add(answer);
  }

  private void fetch(WireConnection connection, WireHeader header, WireReader body) {
    HeldAnswer answer = new HeldAnswer(connection, header.correlationId(), false);
    connection.enqueue(answer);
    connection.ready(answer);
  }

  /// An answer that is a correlation id, and for Fetch a part of the file.
  final class HeldAnswer extends Answer {
    private final WireConnection connection;
    private final int correlationId;
    private final boolean produce;

    HeldAnswer(WireConnection connection, int correlationId, boolean produce) {
      this.connection = connection;
      this.correlationId = correlationId;
      this.produce = produce;
    }

    void release() {
      connection.context().mailbox().post(() -> connection.ready(this));
    }

    @Override
    protected boolean overlapsProduce() {
      return produce;
    }

    @Override
    protected void encode(Connection out) {
      int slice = produce ? 0 : fetchBytes;
      ByteBuffer buffer = out.reserve(8);
      buffer.putInt(4 + slice).putInt(correlationId);
      out.commit();
      DiskFile source = file;
      if (slice > 0 && source != null) {
        source.retain();
        out.write(new FileSlice(source, 0, slice));
      }
    }

    @Override
    protected void discard() {
      discarded++;
    }
  }
}
