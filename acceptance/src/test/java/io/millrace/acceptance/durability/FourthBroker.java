package io.millrace.acceptance.durability;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.FreePorts;
import io.millrace.acceptance.harness.Millrace;
import io.millrace.acceptance.harness.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A broker, and no controller, that joins a cluster of three nodes.
final class FourthBroker {

  private FourthBroker() {}

  /// @param directory of the cluster; the broker's disk is in it
  /// @param nodes as `cluster start --json` shows them
  static Program.Running start(Path directory, JsonNode nodes, Clients clients) throws IOException {
    String id = Clients.get(clients.admin().describeCluster().clusterId());
    String controllers =
        Stream.of(nodes.path(0), nodes.path(1), nodes.path(2))
            .map(node -> "127.0.0.1:" + node.path("controller_port").asInt())
            .collect(Collectors.joining(","));
    Path file = directory.resolve("fourth.properties");
    Files.write(
        file,
        List.of(
            "process.roles=broker",
            "node.id=4",
            "listeners=PLAINTEXT://127.0.0.1:" + FreePorts.chooseOne(),
            "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.quorum.bootstrap.servers=" + controllers,
            "log.dirs=" + directory.resolve("disk-4")));
    return Millrace.command("start", "-c", file.toString(), "--cluster-id", id).start();
  }
}
