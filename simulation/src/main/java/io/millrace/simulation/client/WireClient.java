package io.millrace.simulation.client;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.World;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;

/// A client's connection to one broker: requests go out encoded, answers come back in order.
/// Connects when something is to be sent; when the connection breaks, everything pending is
/// answered with null, in order. Lives on one loop.
final class WireClient implements ConnectionHandler {

  private static final int CONNECT_TIMEOUT_MS = 1_000;

  /// How long a request may go unanswered, where nobody says otherwise.
  static final int PATIENCE_MS = 3_000;

  private final World world;
  private final EventLoop loop;
  private final String clientId;
  private final String host;
  private final int port;
  private final int patienceMs;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private @Nullable Connection connection;
  private boolean connecting;
  private int correlation;

  private record Pending(
      RequestHeader header, ApiMessage request, Consumer<@Nullable ApiMessage> onAnswer) {}

  WireClient(World world, EventLoop loop, String clientId, String host, int port, int patienceMs) {
    this.patienceMs = patienceMs;
    this.world = world;
    this.loop = loop;
    this.clientId = clientId;
    this.host = host;
    this.port = port;
  }

  /// Another connection to the same broker.
  WireClient another() {
    return new WireClient(world, loop, clientId, host, port, patienceMs);
  }

  /// @param onAnswer gets the response, or null when the connection broke
  void send(ApiKeys api, ApiMessage request, Consumer<@Nullable ApiMessage> onAnswer) {
    send(api, request, patienceMs * 1_000_000L, onAnswer);
  }

  /// @param timeoutNanos after which the connection counts as dead
  /// @param onAnswer gets the response, or null when the connection broke
  void send(
      ApiKeys api, ApiMessage request, long timeoutNanos, Consumer<@Nullable ApiMessage> onAnswer) {
    RequestHeader header =
        new RequestHeader(api, api.latestVersion(false), clientId, ++correlation);
    Pending sent = new Pending(header, request, onAnswer);
    pending.add(sent);
    loop.schedule(timeoutNanos, () -> onTimeout(sent));
    Connection open = connection;
    if (open != null) {
      write(open, header, request);
      open.flush();
    } else if (!connecting) {
      connecting = true;
      world.network().connect(loop, host, port, CONNECT_TIMEOUT_MS, this);
    }
  }

  /// Sends what is never answered (acks=0), if there is a connection. Returns whether there was.
  boolean sendUnanswered(ApiKeys api, ApiMessage request) {
    Connection open = connection;
    if (open == null) {
      return false;
    }
    write(open, new RequestHeader(api, api.latestVersion(false), clientId, ++correlation), request);
    open.flush();
    return true;
  }

  /// Requests that wait for their answers.
  int pendingRequests() {
    return pending.size();
  }

  /// A machine without power says nothing, so silence has to end a connection.
  private void onTimeout(Pending sent) {
    if (pending.contains(sent)) {
      disconnect();
    }
  }

  private static void write(Connection out, RequestHeader header, ApiMessage request) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    int headerSize = header.data().size(cache, header.headerVersion());
    int size = headerSize + request.size(cache, header.apiVersion());
    ByteBuffer buffer = out.reserve(4 + size);
    buffer.putInt(size);
    ByteBufferAccessor writable = new ByteBufferAccessor(buffer);
    header.data().write(writable, cache, header.headerVersion());
    request.write(writable, cache, header.apiVersion());
    out.commit();
  }

  /// Breaks the connection, if there is one.
  void disconnect() {
    Connection open = connection;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void onOpen(Connection opened) {
    connecting = false;
    connection = opened;
    for (Pending request : pending) {
      write(opened, request.header(), request.request());
    }
    opened.flush();
  }

  @Override
  public int onReceive(ReceiveBuffer in) {
    while (in.readableBytes() >= 4) {
      int size = in.bytes().getInt(in.readIndex());
      if (in.readableBytes() - 4 < size) {
        return size + 4;
      }
      byte[] frame = new byte[size];
      in.bytes().get(in.readIndex() + 4, frame);
      in.readIndex(in.readIndex() + 4 + size);
      Pending request = pending.poll();
      if (request == null) {
        throw new AssertionError("an answer that nobody asked for");
      }
      // Checks the correlation id: exactly one answer a request, in order.
      AbstractResponse response =
          AbstractResponse.parseResponse(ByteBuffer.wrap(frame), request.header());
      request.onAnswer().accept(response.data());
    }
    return 0;
  }

  @Override
  public void onReceiveComplete() {}

  @Override
  public void onWritable() {}

  @Override
  public void onClose(@Nullable Throwable cause) {
    connection = null;
    connecting = false;
    for (Pending request : pending.toArray(Pending[]::new)) {
      pending.remove(request);
      request.onAnswer().accept(null);
    }
  }
}
