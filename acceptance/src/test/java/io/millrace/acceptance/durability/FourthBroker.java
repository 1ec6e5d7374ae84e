package io.millrace.acceptance.durability;

import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.FreePorts;
import io.millrace.acceptance.harness.LocalCluster;
import io.millrace.acceptance.harness.Millrace;
import io.millrace.acceptance.harness.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// A broker, and no controller, that joins a cluster of three nodes.
final class FourthBroker {

  private FourthBroker() {}

  /// Its disk is in the cluster's directory.
  static Program.Running start(LocalCluster cluster, Clients clients) throws IOException {
    String id = Clients.get(clients.admin().describeCluster().clusterId());
    String controllers =
        cluster.nodes().stream()
            .map(node -> "127.0.0.1:" + node.path("controller_port").asInt())
            .collect(Collectors.joining(","));
    Path file = cluster.directory().resolve("fourth.properties");
    Files.write(
        file,
        List.of(
            "process.roles=broker",
            "node.id=4",
            "listeners=PLAINTEXT://127.0.0.1:" + FreePorts.chooseOne(),
            "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.quorum.bootstrap.servers=" + controllers,
            "log.dirs=" + cluster.directory().resolve("disk-4")));
    return Millrace.command("start", "-c", file.toString(), "--cluster-id", id).start();
  }
}
