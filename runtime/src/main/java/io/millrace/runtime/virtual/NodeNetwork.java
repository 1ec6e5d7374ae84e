package io.millrace.runtime.virtual;

import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Network;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One incarnation's sockets.
final class NodeNetwork implements Network {

  private static final int FIRST_EPHEMERAL_PORT = 32_768;
  private static final int LAST_PORT = 65_535;

  private final VirtualNode node;
  private final Scheduler scheduler;
  private final VirtualNetwork cables;
  private final RandomGenerator random;
  private final TreeMap<Integer, Listener> listeners = new TreeMap<>();
  private final Set<VirtualConnection> connections = new LinkedHashSet<>();
  private int nextPort = FIRST_EPHEMERAL_PORT;
  private int nextLoop;

  NodeNetwork(VirtualNode node, VirtualNetwork cables) {
    this.node = node;
    this.scheduler = node.scheduler();
    this.cables = cables;
    this.random = node.entropy().stream("sockets");
  }

  RandomGenerator random() {
    return random;
  }

  @Override
  public Acceptor listen(String host, int port, int backlog, Supplier<ConnectionHandler> handlers)
      throws IOException {
    if (!node.alive()) {
      throw new NodeCrashed(node.name());
    }
    boolean every = host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    if (!every && !node.machine().equals(cables.resolve(node.machine(), host))) {
      throw new BindException("cannot listen on " + host + ":" + port + ": not an address of ours");
    }
    int chosen = port == 0 ? ephemeralPort() : port;
    if (listeners.containsKey(chosen)) {
      throw new BindException("cannot listen on " + host + ":" + port + ": already in use");
    }
    Listener listener = new Listener(chosen, backlog, handlers);
    listeners.put(chosen, listener);
    return listener;
  }

  private int ephemeralPort() {
    do {
      nextPort = nextPort == LAST_PORT ? FIRST_EPHEMERAL_PORT : nextPort + 1;
    } while (listeners.containsKey(nextPort));
    return nextPort;
  }

  @Override
  public void connect(
      EventLoop loop, String host, int port, int timeoutMs, ConnectionHandler handler) {
    if (!(loop instanceof VirtualLoop on) || !node.loops().contains(loop)) {
      throw new IllegalArgumentException("not a connection loop: " + loop.name());
    }
    Machine target = cables.resolve(node.machine(), host);
    if (target == null) {
      on.execute(() -> handler.onClose(new UnknownHostException(host)));
      return;
    }
    InetSocketAddress local = new InetSocketAddress(node.machine().address(), ephemeralPort());
    InetSocketAddress remote = new InetSocketAddress(target.address(), port);
    Wire wire = cables.wire(node.machine(), target);
    VirtualConnection client = new VirtualConnection(this, on, handler, local, remote, wire);
    SocketTimeoutException silence =
        new SocketTimeoutException("no answer from " + remote + " in " + timeoutMs + " ms");
    client.connecting(on.schedule(timeoutMs * 1_000_000L, () -> client.failToConnect(silence)));
    if (!wire.link().dropsConnects()) {
      wire.send("connect", 0, port, () -> knock(target, port, client));
    }
  }

  /// A connection attempt arrives at a machine: its kernel answers.
  private void knock(Machine target, int port, VirtualConnection client) {
    Wire back = cables.wire(target, node.machine());
    VirtualNode process = target.running();
    Listener listener = process == null ? null : process.sockets().listeners.get(port);
    if (process == null || listener == null) {
      ConnectException refused =
          new ConnectException("Connection refused: " + target.name() + ":" + port);
      back.send("refuse", 0, port, () -> client.failToConnect(refused));
      return;
    }
    if (listener.queues(() -> knock(target, port, client))) {
      return;
    }
    VirtualConnection server = process.sockets().accept(listener, client, back);
    back.send("accept", 0, port, () -> client.established(server));
  }

  private VirtualConnection accept(Listener listener, VirtualConnection client, Wire back) {
    List<EventLoop> loops = node.loops();
    VirtualLoop loop = (VirtualLoop) loops.get(nextLoop++ % loops.size());
    VirtualConnection server =
        new VirtualConnection(
            this,
            loop,
            null,
            new InetSocketAddress(node.machine().address(), listener.port),
            client.local(),
            back);
    server.accepted(client, listener.handlers);
    return server;
  }

  void opened(VirtualConnection connection) {
    connections.add(connection);
  }

  void closed(VirtualConnection connection) {
    connections.remove(connection);
  }

  /// How many connections there are to each machine, by name; without those to a process that is no
  /// more, which its machine, when the power went, told nobody.
  Map<String, Integer> peers() {
    Map<String, Integer> peers = new TreeMap<>();
    for (VirtualConnection connection : connections) {
      if (connection.isOrphan()) {
        continue;
      }
      peers.merge(connection.remote().getHostString(), 1, Integer::sum);
    }
    return peers;
  }

  VirtualNode node() {
    return node;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  /// The kernel closes what the process has left.
  void processEnded() {
    List<Listener> ended = List.copyOf(listeners.values());
    listeners.clear();
    ended.forEach(Listener::knockAgain);
    List<VirtualConnection> left = List.copyOf(connections);
    connections.clear();
    left.forEach(VirtualConnection::processEnded);
  }

  void poweredOff() {
    listeners.clear();
    connections.clear();
  }

  void resetAll(String other) {
    for (VirtualConnection connection : List.copyOf(connections)) {
      if (connection.remote().getHostString().equals(other)) {
        connection.breakBoth();
      }
    }
  }

  private final class Listener implements Acceptor {
    private final int port;
    private final int backlog;
    private final Supplier<ConnectionHandler> handlers;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private boolean accepting = true;

    Listener(int port, int backlog, Supplier<ConnectionHandler> handlers) {
      this.port = port;
      this.backlog = backlog;
      this.handlers = handlers;
    }

    /// Keeps an attempt while nothing is accepted. What no longer fits is dropped, as a kernel
    /// does.
    boolean queues(Runnable attempt) {
      if (!accepting && waiting.size() < backlog) {
        waiting.add(attempt);
      }
      return !accepting;
    }

    void knockAgain() {
      List<Runnable> attempts = List.copyOf(waiting);
      waiting.clear();
      attempts.forEach(Runnable::run);
    }

    @Override
    public void setAccepting(boolean wanted) {
      accepting = wanted;
      if (wanted) {
        knockAgain();
      }
    }

    @Override
    public int port() {
      return port;
    }

    @Override
    public void close() {
      @Nullable Listener now = listeners.get(port);
      if (equals(now)) {
        listeners.remove(port);
        knockAgain();
      }
    }
  }
}
