package io.millrace.cli.cluster;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// The ports of a cluster's nodes.
///
/// @param client where clients connect
/// @param controller where the other nodes' controllers connect
/// @param metrics where `GET /metrics` is answered, 0 in a directory of an older version: nowhere
record Ports(int client, int controller, int metrics) {
  private static final int CONTROLLER_OFFSET = 100;
  private static final int METRICS_OFFSET = 200;

  /// Node i gets `basePort + i - 1`, its controller 100 and its metrics 200 above.
  static List<Ports> from(int basePort, int nodes) {
    if (basePort < 1 || basePort + METRICS_OFFSET + nodes - 1 > 65_535) {
      throw CommandFailure.usage(
          "--base-port " + basePort + " leaves no room for " + nodes + " nodes",
          "allowed: 1 to " + (65_535 - METRICS_OFFSET - nodes + 1));
    }
    if (nodes > CONTROLLER_OFFSET) {
      throw CommandFailure.usage(
          "--nodes " + nodes + " with --base-port would overlap with controller ports",
          "allowed: up to " + CONTROLLER_OFFSET + " nodes");
    }
    List<Ports> ports = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      int port = basePort + i;
      ports.add(new Ports(port, port + CONTROLLER_OFFSET, port + METRICS_OFFSET));
    }
    return ports;
  }

  /// Ports that are free now.
  static List<Ports> free(int nodes) {
    try {
      List<Integer> chosen = FreePorts.choose(3 * nodes);
      List<Ports> ports = new ArrayList<>();
      for (int i = 0; i < 3 * nodes; i += 3) {
        ports.add(new Ports(chosen.get(i), chosen.get(i + 1), chosen.get(i + 2)));
      }
      return ports;
    } catch (IOException e) {
      throw CommandFailure.failed("no free ports: " + e.getMessage(), "give some by --base-port");
    }
  }

  /// Whether nobody listens on `port` of the loopback address.
  static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
