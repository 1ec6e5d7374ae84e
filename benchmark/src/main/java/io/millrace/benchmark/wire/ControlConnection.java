package io.millrace.benchmark.wire;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.ResponseHeader;

/// One blocking connection for what happens beside the load: metadata, topics, offsets. One request
/// at a time.
public final class ControlConnection implements AutoCloseable {
  private static final int MAX_ANSWER_BYTES = 64 << 20;

  private final SocketChannel channel;

  public ControlConnection(InetSocketAddress address) throws IOException {
    this.channel = SocketChannel.open(address);
  }

  /// Sends `body` and waits for the answer.
  public ApiMessage ask(ApiKeys api, ApiMessage body) throws IOException {
    ByteBuffer frame = Frames.of(api, body);
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
    int size = read(Integer.BYTES).getInt();
    if (size < 0 || size > MAX_ANSWER_BYTES) {
      throw new IOException("an answer of " + size + " bytes");
    }
    ByteBuffer answer = read(size);
    short version = api.latestVersion();
    ResponseHeader.parse(answer, api.responseHeaderVersion(version));
    ApiMessage message = ApiMessageType.fromApiKey(api.id).newResponse();
    message.read(new ByteBufferAccessor(answer), version);
    return message;
  }

  private ByteBuffer read(int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("the broker closed the connection");
      }
    }
    return buffer.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
