package io.millrace.server.fuzz;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;

/// One socket: sends what it is given and sees what comes back.
final class FuzzClient implements AutoCloseable {

  /// What became of an input.
  enum Outcome {
    ANSWERED,
    CLOSED,
    /// Neither, so far: it waits for what its request asked it to wait for.
    PARKED
  }

  private static final int PATIENCE_MS = 30_000;

  private final Socket socket = new Socket();
  private final DataInputStream in;

  FuzzClient(int port) throws IOException {
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
  }

  /// @param waitMs for an answer
  Outcome send(byte[] request, int waitMs) throws IOException {
    byte[] frame =
        ByteBuffer.allocate(4 + request.length).putInt(request.length).put(request).array();
    socket.setSoTimeout(waitMs);
    try {
      socket.getOutputStream().write(frame);
      ByteBuffer answer = receive();
      int asked = ByteBuffer.wrap(request).getInt(4);
      if (answer.getInt(0) != asked) {
        throw new AssertionError("answer to " + answer.getInt(0) + " instead of " + asked);
      }
      return Outcome.ANSWERED;
    } catch (SocketTimeoutException _) {
      return Outcome.PARKED;
    } catch (java.io.EOFException | SocketException _) {
      return Outcome.CLOSED;
    }
  }

  private ByteBuffer receive() throws IOException {
    byte[] answer = new byte[in.readInt()];
    in.readFully(answer);
    return ByteBuffer.wrap(answer);
  }

  /// Asks what must be answered.
  ApiMessage ask(ApiKeys api, ApiMessage body) throws IOException {
    short version = api.latestVersion(false);
    RequestHeader header = new RequestHeader(api, version, "fuzz", 7);
    ObjectSerializationCache cache = new ObjectSerializationCache();
    int size = header.data().size(cache, header.headerVersion()) + body.size(cache, version);
    ByteBuffer frame = ByteBuffer.allocate(4 + size).putInt(size);
    header.data().write(new ByteBufferAccessor(frame), cache, header.headerVersion());
    body.write(new ByteBufferAccessor(frame), cache, version);
    socket.setSoTimeout(PATIENCE_MS);
    socket.getOutputStream().write(frame.array());
    return AbstractResponse.parseResponse(receive(), header).data();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
