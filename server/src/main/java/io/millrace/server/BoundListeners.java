package io.millrace.server;

import io.millrace.runtime.Network;
import io.millrace.runtime.World;
import io.millrace.server.config.Listener;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.request.ApiTable;
import io.millrace.server.request.ListenerSettings;
import io.millrace.server.request.Request.ListenerRole;
import io.millrace.server.request.RequestPath;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.network.ListenerName;

/// A node's listening sockets. Bound before anything else is opened, because a quorum's members are
/// known by their ports.
final class BoundListeners {

  private final Map<Listener, Network.Acceptor> acceptors = new LinkedHashMap<>();
  private final Map<ListenerName, Integer> ports = new LinkedHashMap<>();

  private BoundListeners() {}

  /// @param tables the APIs of each role, asked when the first request comes
  static BoundListeners bind(
      World world, NodeConfig config, RequestPath path, Function<ListenerRole, ApiTable> tables)
      throws NodeStartException {
    BoundListeners bound = new BoundListeners();
    for (Listener listener : config.listeners().all()) {
      if (!isOurs(config, listener)) {
        continue;
      }
      ListenerSettings settings =
          new ListenerSettings(
              listener.name(),
              listener.protocol(),
              listener.role(),
              config.sockets().requestMaxBytes(),
              config.sockets().maxIdleMs());
      try {
        Network.Acceptor acceptor =
            world
                .network()
                .listen(
                    listener.host(),
                    listener.port(),
                    backlog(config),
                    () -> path.accept(settings, () -> tables.apply(listener.role())));
        path.gate(listener.role()).attach(listener.name(), acceptor);
        bound.acceptors.put(listener, acceptor);
        bound.ports.put(listener.name(), acceptor.port());
      } catch (IOException e) {
        bound.close();
        throw new NodeStartException(
            "Listener "
                + listener.name().value()
                + " cannot listen on "
                + (listener.host().isEmpty() ? "all addresses" : listener.host())
                + " port "
                + listener.port()
                + ": "
                + e.getMessage()
                + ". Free the port, or name another in 'listeners'.",
            e);
      }
    }
    return bound;
  }

  /// Kafka's default of 50 is for a thread that does nothing but accept.
  private static int backlog(NodeConfig config) {
    return config.properties().containsKey("socket.listen.backlog.size")
        ? config.sockets().backlog()
        : Network.DEFAULT_BACKLOG;
  }

  private static boolean isOurs(NodeConfig config, Listener listener) {
    return switch (listener.role()) {
      case BROKER -> config.roles().broker();
      case CONTROLLER -> config.roles().controller();
    };
  }

  /// The port of each listener.
  Map<ListenerName, Integer> ports() {
    return ports;
  }

  void close() {
    acceptors.values().forEach(Network.Acceptor::close);
    acceptors.clear();
  }

  /// Closes those of one role.
  void close(ListenerRole role) {
    acceptors
        .entrySet()
        .removeIf(entry -> {
          boolean closes = entry.getKey().role() == role;
          if (closes) {
            entry.getValue().close();
          }
          return closes;
        });
  }
}
