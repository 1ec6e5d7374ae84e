package io.millrace.acceptance.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// How nodes 1, 2, 3 and the clients (0) reach each other, and how that is broken. A cut is silent,
/// as that of a cable: nothing is refused, nothing is closed, and what was sent meanwhile arrives
/// after the healing.
///
/// Driven by one thread.
sealed interface Wires extends AutoCloseable permits LinkProxies, Namespaces {
  /// The endpoint that stands for all clients.
  int CLIENTS = 0;

  /// Cuts what travels from one endpoint to another on a plane: requests of the one and answers to
  /// requests of the other.
  void cut(int from, int to, Plane plane);

  /// Delays what travels from one endpoint to another. Does nothing where the kernel cannot.
  void delay(int from, int to, int delayMs);

  /// Ends all connections between two nodes at once, as a restarted firewall does.
  void reset(int one, int other);

  /// All cuts and delays end.
  void heal();

  /// The node's process is about to be killed or to end: its ports begin to refuse.
  void dies(int node);

  /// The node's process is about to start.
  void lives(int node);

  /// The address that the node's process binds its listeners to.
  String boundHost(int node);

  /// What others are told of a node: a name for its peers, an address for clients.
  String advertisedHost(int node, Plane plane);

  /// The port of all nodes on a plane.
  int port(Plane plane);

  /// Words before a node's command line.
  List<String> commandPrefix(int node);

  /// Options of a node's JVM.
  List<String> jvmOptions(int node);

  @Override
  void close();

  /// A port for each plane, free on every address at the time of asking.
  static Map<Plane, Integer> freePorts() {
    Map<Plane, Integer> ports = new EnumMap<>(Plane.class);
    try (ServerSocket broker = new ServerSocket(0);
        ServerSocket controller = new ServerSocket(0);
        ServerSocket client = new ServerSocket(0)) {
      ports.put(Plane.BROKER, broker.getLocalPort());
      ports.put(Plane.CONTROLLER, controller.getLocalPort());
      ports.put(Plane.CLIENT, client.getLocalPort());
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A literal address.
  static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
