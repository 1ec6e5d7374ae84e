package io.millrace.acceptance.wire;

import io.millrace.acceptance.harness.Broker;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;

/// One TCP connection on which a test decides what is sent, when, and when it is read.
final class Connection implements AutoCloseable {
  private static final int PATIENCE_MS = 30_000;

  private final Socket socket = new Socket();
  private final DataInputStream in;

  Connection(Broker broker) throws IOException {
    String[] address = broker.bootstrap().split(":", 2);
    socket.connect(new InetSocketAddress(address[0], Integer.parseInt(address[1])), PATIENCE_MS);
    socket.setSoTimeout(PATIENCE_MS);
    in = new DataInputStream(socket.getInputStream());
  }

  /// A request as a client frames it.
  static byte[] frame(AbstractRequest request, int correlationId) {
    RequestHeader header =
        new RequestHeader(request.apiKey(), request.version(), "acceptance", correlationId);
    ByteBuffer body = request.serializeWithHeader(header);
    return ByteBuffer.allocate(4 + body.remaining()).putInt(body.remaining()).put(body).array();
  }

  void send(AbstractRequest request, int correlationId) throws IOException {
    sendBytes(frame(request, correlationId));
  }

  /// Sends several frames in one write.
  void sendTogether(List<byte[]> frames) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] frame : frames) {
      all.write(frame);
    }
    sendBytes(all.toByteArray());
  }

  void sendBytes(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /// The next answer, without its length.
  ByteBuffer receive() throws IOException {
    byte[] answer = new byte[in.readInt()];
    in.readFully(answer);
    return ByteBuffer.wrap(answer);
  }

  /// The next answer, which must belong to this request.
  AbstractResponse receive(ApiKeys api, short version, int correlationId) throws IOException {
    ByteBuffer answer = receive();
    ResponseHeader header = ResponseHeader.parse(answer, api.responseHeaderVersion(version));
    if (header.correlationId() != correlationId) {
      throw new AssertionError(
          "answer to " + header.correlationId() + " instead of " + correlationId);
    }
    return AbstractResponse.parseResponse(api, new ByteBufferAccessor(answer), version);
  }

  /// Whether the broker has closed this connection (waits for an answer or the close).
  boolean isClosedByTheBroker() throws IOException {
    try {
      in.readInt();
      return false;
    } catch (EOFException | SocketException _) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
