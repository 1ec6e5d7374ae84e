package io.millrace.metadata.peer;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.ReceiveBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.jspecify.annotations.Nullable;

/// The other end of a [PeerConnection]: greets, keeps what else it is asked, and answers when told.
final class AnsweringPeer implements ConnectionHandler {

  final List<RequestHeader> asked = new ArrayList<>();
  private @Nullable Connection connection;

  @Override
  public void onOpen(Connection opened) {
    connection = opened;
  }

  @Override
  public int onReceive(ReceiveBuffer in) {
    while (in.readableBytes() >= 4) {
      int size = in.bytes().getInt(in.readIndex());
      if (in.readableBytes() < 4 + size) {
        return 4 + size;
      }
      byte[] request = new byte[size];
      in.bytes().get(in.readIndex() + 4, request);
      in.readIndex(in.readIndex() + 4 + size);
      RequestHeader header = RequestHeader.parse(ByteBuffer.wrap(request));
      if (header.apiKey() == ApiKeys.API_VERSIONS) {
        answer(header, versions());
      } else {
        asked.add(header);
      }
    }
    return 0;
  }

  private static ApiVersionsResponseData versions() {
    ApiVersionsResponseData versions = new ApiVersionsResponseData();
    versions
        .apiKeys()
        .add(
            new ApiVersionsResponseData.ApiVersion()
                .setApiKey(ApiKeys.BROKER_HEARTBEAT.id)
                .setMinVersion((short) 0)
                .setMaxVersion((short) 1));
    return versions;
  }

  /// Answers the first that waits.
  void answerNext(boolean fenced) {
    answer(asked.removeFirst(), new BrokerHeartbeatResponseData().setIsFenced(fenced));
  }

  void answer(RequestHeader header, ApiMessage response) {
    short version = header.apiVersion();
    sendFrame(
        RequestUtils.serialize(
            new ResponseHeaderData().setCorrelationId(header.correlationId()),
            header.apiKey().responseHeaderVersion(version),
            response,
            version));
  }

  void sendFrame(ByteBuffer frame) {
    Connection to = Objects.requireNonNull(connection);
    ByteBuffer out = to.reserve(4 + frame.remaining());
    out.putInt(frame.remaining()).put(frame);
    to.commit();
    to.flush();
  }

  void close() {
    Objects.requireNonNull(connection).close();
  }

  @Override
  public void onReceiveComplete() {}

  @Override
  public void onWritable() {}

  @Override
  public void onClose(@Nullable Throwable cause) {}
}
