package io.millrace.benchmark.broker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/// Where one node of a cluster lives: its number, directory and ports of the loopback interface.
///
/// @param id its `node.id`, from 1 on
/// @param directory for its configuration, output and data
/// @param port of the broker's listener
/// @param controllerPort of the controller's listener
/// @param metadataDirectory the id under which the node's directory is a voter
record NodePlan(int id, Path directory, int port, int controllerPort, Uuid metadataDirectory) {
  private static final int REPLICAS = 3;

  /// A node alone.
  static NodePlan single(Path directory) throws IOException {
    return of(directory, 1).getFirst();
  }

  /// `nodes` nodes, each broker and controller; a single one lives in `directory` itself.
  static List<NodePlan> of(Path directory, int nodes) throws IOException {
    int[] ports = Ports.free(2 * nodes);
    List<NodePlan> plans = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      Path home = nodes == 1 ? directory : directory.resolve("node-" + (i + 1));
      plans.add(new NodePlan(i + 1, home, ports[2 * i], ports[2 * i + 1], Uuid.randomUuid()));
    }
    for (NodePlan plan : plans) {
      Files.createDirectories(plan.logs());
    }
    return plans;
  }

  /// What `--initial-controllers` takes.
  static String voters(List<NodePlan> cluster) {
    return cluster.stream()
        .map(node -> node.id + "@127.0.0.1:" + node.controllerPort + ":" + node.metadataDirectory)
        .collect(Collectors.joining(","));
  }

  Path logs() {
    return directory.resolve("data");
  }

  Path output() {
    return directory.resolve("output.log");
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /// Writes the node's `server.properties` and returns where it lies.
  ///
  /// @param quorum the property by which it finds the quorum; empty where it needs none
  Path writeProperties(String template, String quorum, int nodes) throws IOException {
    Path properties = directory.resolve("server.properties");
    Files.writeString(
        properties,
        Template.of(
            template,
            Map.of(
                "id", Integer.toString(id),
                "port", Integer.toString(port),
                "controllerPort", Integer.toString(controllerPort),
                "quorum", quorum,
                "replication", Integer.toString(Math.min(REPLICAS, nodes)),
                "logs", logs().toString())));
    return properties;
  }

  /// The property that names every controller of the cluster.
  static String bootstrap(List<NodePlan> cluster) {
    return "controller.quorum.bootstrap.servers="
        + cluster.stream()
            .map(node -> "127.0.0.1:" + node.controllerPort)
            .collect(Collectors.joining(","));
  }
}
