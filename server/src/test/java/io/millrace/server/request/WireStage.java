package io.millrace.server.request;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.Network;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.server.request.Request.ListenerRole;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.jspecify.annotations.Nullable;

/// A request path with a table of handlers behind a listener of the virtual world, which cuts what
/// is sent into pieces of random length, and clients that send bytes and see frames.
final class WireStage {

  static final int MAX_REQUEST_BYTES = 4 << 20;
  static final long MAX_IDLE_MS = 60_000;
  static final ListenerName LISTENER = new ListenerName("PLAINTEXT");

  /// Virtual time in which what a test waits for must have happened.
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private static final int PORT = 9092;

  final VirtualWorld world;
  final VirtualNode server;
  final RequestPath path;
  final ConnectionGate gate;

  /// What the server has of each connection, in the order of their coming.
  final List<WireConnection> accepted = new ArrayList<>();

  WireStage(long seed, ApiTable table) {
    this(seed, table, -1);
  }

  WireStage(long seed, ApiTable table, long queuedMaxRequestBytes) {
    world = VirtualWorld.builder(seed).loops(1).build();
    server = world.node("server");
    gate = new ConnectionGate(server.clock(), 11, 1);
    path =
        new RequestPath(
            server, gate, new ConnectionGate(server.clock(), 11, 1), queuedMaxRequestBytes);
    listen(LISTENER, PORT, table);
    path.serve(ListenerRole.BROKER);
  }

  void listen(ListenerName name, int port, ApiTable table) {
    ListenerSettings settings =
        new ListenerSettings(
            name, SecurityProtocol.PLAINTEXT, ListenerRole.BROKER, MAX_REQUEST_BYTES, MAX_IDLE_MS);
    try {
      Network.Acceptor acceptor =
          server
              .network()
              .listen(
                  "",
                  port,
                  () -> {
                    WireConnection connection = (WireConnection) path.accept(settings, () -> table);
                    accepted.add(connection);
                    return connection;
                  });
      gate.attach(name, acceptor);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Client connect() {
    return connect("client", PORT);
  }

  /// A client on a machine of its own, or not.
  Client connect(String machine, int port) {
    VirtualNode node = world.node(machine);
    Client client = new Client();
    node.network().connect(node.loops().getFirst(), "server", port, 10_000, client);
    until(() -> client.connection != null);
    return client;
  }

  void until(BooleanSupplier condition) {
    world.runUntil(condition, PATIENCE_NANOS);
  }

  /// Lets everything happen that is going to happen in the next milliseconds.
  void pass(long ms) {
    world.runFor(ms * 1_000_000);
  }

  /// A request as a client frames it.
  static byte[] frame(ApiKeys api, int version, int correlationId, ApiMessage body) {
    RequestHeader header = new RequestHeader(api, (short) version, "test", correlationId);
    ObjectSerializationCache cache = new ObjectSerializationCache();
    int size =
        header.data().size(cache, header.headerVersion()) + body.size(cache, (short) version);
    ByteBuffer frame = ByteBuffer.allocate(4 + size).putInt(size);
    ByteBufferAccessor writable = new ByteBufferAccessor(frame);
    header.data().write(writable, cache, header.headerVersion());
    body.write(writable, cache, (short) version);
    return frame.array();
  }

  /// A client that sees frames, and reads as long as it likes to.
  static final class Client implements ConnectionHandler {

    @Nullable Connection connection;
    final List<ByteBuffer> frames = new ArrayList<>();
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    long receivedBytes;
    boolean closed;

    void send(byte[]... frames) {
      Connection to = open();
      to.loop()
          .execute(() -> {
            for (byte[] frame : frames) {
              to.reserve(frame.length).put(frame);
              to.commit();
            }
            to.flush();
          });
    }

    void setReading(boolean reading) {
      Connection to = open();
      to.loop().execute(() -> to.setReading(reading));
    }

    void close() {
      Connection to = open();
      to.loop().execute(to::close);
    }

    private Connection open() {
      if (connection == null) {
        throw new IllegalStateException("not connected");
      }
      return connection;
    }

    /// The correlation ids of what was answered, in order.
    List<Integer> answered() {
      return frames.stream().map(frame -> frame.getInt(0)).toList();
    }

    @Override
    public void onOpen(Connection opened) {
      connection = opened;
    }

    @Override
    public int onReceive(ReceiveBuffer in) {
      receivedBytes += in.readableBytes();
      for (; in.readableBytes() > 0; in.readIndex(in.readIndex() + 1)) {
        unfinished.write(in.bytes().get(in.readIndex()));
      }
      ByteBuffer bytes = ByteBuffer.wrap(unfinished.toByteArray());
      while (bytes.remaining() >= 4 && bytes.remaining() - 4 >= bytes.getInt(bytes.position())) {
        int size = bytes.getInt();
        frames.add(bytes.slice(bytes.position(), size));
        bytes.position(bytes.position() + size);
      }
      unfinished.reset();
      unfinished.write(bytes.array(), bytes.position(), bytes.remaining());
      return 0;
    }

    @Override
    public void onReceiveComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onClose(@Nullable Throwable cause) {
      closed = true;
    }
  }
}
