package io.millrace.metadata.raft;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.ReceiveBuffer;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.jspecify.annotations.Nullable;

/// A controller listener that knows ApiVersions and hands everything else to raft.
final class RaftServer implements ConnectionHandler {

  private final RaftHost raft;
  private final UnaryOperator<ApiMessage> answers;
  private @Nullable Connection connection;

  /// @param answers what becomes of raft's answers on their way out
  RaftServer(RaftHost raft, UnaryOperator<ApiMessage> answers) {
    this.raft = raft;
    this.answers = answers;
  }

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
      handle(ByteBuffer.wrap(request));
    }
    return 0;
  }

  private void handle(ByteBuffer bytes) {
    RequestHeader header = RequestHeader.parse(bytes);
    ApiMessage request = ApiMessageType.fromApiKey(header.apiKey().id).newRequest();
    request.read(new ByteBufferAccessor(bytes), header.apiVersion());
    if (header.apiKey() == ApiKeys.API_VERSIONS) {
      respond(header.data(), versions());
      return;
    }
    raft.handle(
        ListenerName.normalised("CONTROLLER"),
        header.data(),
        request,
        response -> respond(header.data(), answers.apply(response)));
  }

  private static ApiVersionsResponseData versions() {
    ApiVersionsResponseData versions = new ApiVersionsResponseData();
    for (ApiKeys api : ApiKeys.controllerApis()) {
      versions
          .apiKeys()
          .add(
              new ApiVersionsResponseData.ApiVersion()
                  .setApiKey(api.id)
                  .setMinVersion(api.oldestVersion())
                  .setMaxVersion(api.latestVersion()));
    }
    return versions;
  }

  private void respond(RequestHeaderData header, ApiMessage response) {
    Connection to = Objects.requireNonNull(connection);
    ApiKeys api = ApiKeys.forId(header.requestApiKey());
    short version = header.requestApiVersion();
    ByteBuffer bytes =
        RequestUtils.serialize(
            new ResponseHeaderData().setCorrelationId(header.correlationId()),
            api.responseHeaderVersion(version),
            response,
            version);
    to.loop()
        .execute(() -> {
          ByteBuffer out = to.reserve(4 + bytes.remaining());
          out.putInt(bytes.remaining()).put(bytes);
          to.commit();
          to.flush();
        });
  }

  @Override
  public void onReceiveComplete() {}

  @Override
  public void onWritable() {}

  @Override
  public void onClose(@Nullable Throwable cause) {}
}
