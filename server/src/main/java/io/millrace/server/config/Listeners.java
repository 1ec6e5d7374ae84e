package io.millrace.server.config;

import io.millrace.server.request.Request.ListenerRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.network.ListenerName;
import org.jspecify.annotations.Nullable;

/// The node's listeners and what it tells others of them. Immutable.
///
/// @param all in the order of `listeners`
/// @param interBroker the listener that brokers reach each other by
/// @param controllerNames `controller.listener.names`, in order; a broker reaches controllers by
///   the first
/// @param advertisedBroker what is told to clients and brokers; a null host stands for the host's
///   name and port 0 for the bound port
/// @param advertisedController the same for controllers, the default one first
public record Listeners(
    List<Listener> all,
    ListenerName interBroker,
    List<ListenerName> controllerNames,
    List<Endpoint> advertisedBroker,
    List<Endpoint> advertisedController) {

  public Listeners {
    all = List.copyOf(all);
    controllerNames = List.copyOf(controllerNames);
    advertisedBroker = List.copyOf(advertisedBroker);
    advertisedController = List.copyOf(advertisedController);
  }

  public Optional<Listener> named(ListenerName name) {
    return all.stream().filter(listener -> listener.name().equals(name)).findFirst();
  }

  public List<Listener> withRole(ListenerRole role) {
    return all.stream().filter(listener -> listener.role() == role).toList();
  }

  /// What to register for clients and other brokers, once the listeners are bound.
  ///
  /// @param boundPorts the port that each listener got
  /// @param hostName what stands for an empty host
  public List<Endpoint> advertisedBroker(Map<ListenerName, Integer> boundPorts, String hostName) {
    return resolve(advertisedBroker, boundPorts, hostName);
  }

  /// The same for the controller's listeners; empty on a node that is no controller.
  public List<Endpoint> advertisedController(
      Map<ListenerName, Integer> boundPorts, String hostName) {
    return resolve(advertisedController, boundPorts, hostName);
  }

  /// Whether an endpoint is advertised by the name of this host, for want of another.
  public boolean advertiseHostName() {
    return Stream.concat(advertisedBroker.stream(), advertisedController.stream())
        .anyMatch(endpoint -> namesNoHost(endpoint.host()));
  }

  private static boolean namesNoHost(@Nullable String host) {
    return host == null || host.isEmpty();
  }

  private static List<Endpoint> resolve(
      List<Endpoint> endpoints, Map<ListenerName, Integer> boundPorts, String hostName) {
    List<Endpoint> resolved = new ArrayList<>(endpoints.size());
    for (Endpoint endpoint : endpoints) {
      @Nullable String host = endpoint.host();
      int port = endpoint.port();
      if (port == 0) {
        @Nullable Integer bound = boundPorts.get(ListenerName.normalised(endpoint.listener()));
        port = bound == null ? 0 : bound;
      }
      resolved.add(
          new Endpoint(
              endpoint.listener(),
              endpoint.securityProtocol(),
              namesNoHost(host) ? hostName : host,
              port));
    }
    return resolved;
  }
}
