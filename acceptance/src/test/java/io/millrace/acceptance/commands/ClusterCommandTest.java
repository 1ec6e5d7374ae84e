package io.millrace.acceptance.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Millrace;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// `millrace cluster`: one line of JSON on stdout, detached nodes, signals, clean ends.
@OnlyMillrace
class ClusterCommandTest {
  private static final int CONTROLLER_PORT_OFFSET = 100;
  private static final int METRICS_PORT_OFFSET = 200;

  private final Path directory = Suite.scratchDirectory("cluster");

  @AfterEach
  void endWhatWasStarted() {
    Millrace.command("cluster", "stop", "--dir", directory.toString(), "--wipe").run();
    Suite.delete(directory);
  }

  @Test
  void startPrintsOneLineOfJsonAboutRunningNodes() throws IOException {
    JsonNode cluster = start("--nodes", "1");

    assertThat(cluster.path("nodes")).hasSize(1);
    JsonNode node = cluster.path("nodes").path(0);
    assertThat(node.path("id").asInt()).isEqualTo(1);
    assertThat(cluster.path("bootstrap").asText())
        .isEqualTo(node.path("host").asText() + ":" + node.path("port").asInt());
    assertThat(cluster.path("startup_s").asDouble()).isPositive();
    assertThat(Path.of(node.path("dir").asText())).isDirectory().startsWith(directory);
    ProcessHandle process = process(node);
    assertThat(process.info().command().orElse("")).endsWith("java");
    assertThat(sessionOf(process)).as("a session of its own").isEqualTo(process.pid());
    assertThat(nodesSeenByAClient(cluster)).isEqualTo(1);
  }

  @Test
  void startTakesABasePort() throws IOException {
    int port = freePortWithItsOthers();
    JsonNode cluster = start("--nodes", "1", "--base-port", Integer.toString(port));
    assertThat(cluster.path("bootstrap").asText()).isEqualTo("127.0.0.1:" + port);
    assertThat(nodesSeenByAClient(cluster)).isEqualTo(1);
  }

  @Test
  void startPutsTheNodesIdIntoSettings() throws IOException {
    JsonNode cluster = start("--nodes", "1", "--set", "broker.rack=rack-{id}");
    try (Admin admin = admin(cluster)) {
      assertThat(
              Await.until(
                      "the node is seen",
                      () -> admin.describeCluster().nodes().get(10, TimeUnit.SECONDS),
                      nodes -> nodes.size() == 1)
                  .iterator()
                  .next()
                  .rack())
          .isEqualTo("rack-1");
    }
  }

  @Test
  void startAgainInTheSamePlaceBringsTheSameClusterBack() throws IOException {
    JsonNode first = start("--nodes", "1");
    String id = clusterId(first);
    Millrace.command("cluster", "stop", "--dir", directory.toString()).run().expectSuccess();
    awaitGone(pid(first));

    JsonNode second = start("--nodes", "1");
    assertThat(second.path("bootstrap").asText()).isEqualTo(first.path("bootstrap").asText());
    assertThat(clusterId(second)).isEqualTo(id);
    assertThat(pid(second)).isNotEqualTo(pid(first));
  }

  @Test
  void killPauseResumeAndRestartActOnOneNode() throws IOException {
    JsonNode cluster = start("--nodes", "1");
    assertThat(state()).isEqualTo("running");

    onNode("pause").expectSuccess();
    assertThat(state()).isEqualTo("paused");
    onNode("resume").expectSuccess();
    assertThat(state()).isEqualTo("running");
    assertThat(nodesSeenByAClient(cluster)).isEqualTo(1);

    onNode("kill").expectSuccess();
    assertThat(state()).isEqualTo("down");
    awaitGone(pid(cluster));
    assertThat(onNode("kill").exitCode()).as("nothing to kill").isEqualTo(1);

    onNode("restart").expectSuccess();
    assertThat(state()).isEqualTo("running");
    assertThat(nodesSeenByAClient(cluster)).isEqualTo(1);
  }

  @Test
  void stopWithWipeLeavesNothing() throws IOException {
    start("--nodes", "1");
    Millrace.command("cluster", "stop", "--dir", directory.toString(), "--wipe")
        .run()
        .expectSuccess();
    assertThat(directory.toFile().list()).isIn(null, new String[0]);
  }

  @Test
  void mistakesAreNamedAndNothingIsStarted() throws IOException {
    Files.writeString(directory.resolve("somebody's"), "data");
    Program.Ended occupied = starting("--nodes", "1");
    assertThat(occupied.exitCode()).isEqualTo(2);
    assertThat(occupied.out()).isEmpty();
    assertThat(occupied.err()).contains(directory.toString());
    Files.delete(directory.resolve("somebody's"));

    Program.Ended wrong = starting("--nodes", "1", "--set", "log.retention.ms=soon");
    assertThat(wrong.exitCode()).isNotZero();
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).contains("log.retention.ms", "soon");
  }

  @Test
  void anAbsentClusterIsAnError() {
    for (String command : List.of("status", "stop")) {
      Program.Ended ended =
          Millrace.command("cluster", command, "--dir", directory.resolve("absent").toString())
              .run();
      assertThat(ended.exitCode()).as(command).isEqualTo(2);
      assertThat(ended.err()).contains("no cluster");
    }
  }

  private Program.Ended starting(String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("cluster", "start", "--dir", directory.toString(), "--json"));
    all.addAll(List.of(arguments));
    return Millrace.command(all.toArray(String[]::new)).run();
  }

  private JsonNode start(String... arguments) throws IOException {
    Program.Ended started = starting(arguments).expectSuccess();
    assertThat(started.lines()).as("lines on stdout").hasSize(1);
    return new ObjectMapper().readTree(started.out());
  }

  private Program.Ended onNode(String command) {
    return Millrace.command("cluster", command, "--dir", directory.toString(), "--node", "1").run();
  }

  private String state() throws IOException {
    Program.Ended status =
        Millrace.command("cluster", "status", "--dir", directory.toString(), "--json")
            .run()
            .expectSuccess();
    return new ObjectMapper().readTree(status.out()).path("nodes").path(0).path("state").asText();
  }

  /// An ended process is seen until its parent has asked for its exit code.
  private static void awaitGone(long pid) {
    Await.untilTrue("process " + pid + " is gone", () -> ProcessHandle.of(pid).isEmpty());
  }

  private static long pid(JsonNode cluster) {
    return cluster.path("nodes").path(0).path("pid").asLong();
  }

  private static ProcessHandle process(JsonNode node) {
    return ProcessHandle.of(node.path("pid").asLong()).orElseThrow();
  }

  /// The session's id: the fourth number after the command's name, which is in parentheses.
  private static long sessionOf(ProcessHandle process) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5)[3]);
  }

  private static Admin admin(JsonNode cluster) {
    return Millrace.admin(cluster.path("bootstrap").asText());
  }

  private static int nodesSeenByAClient(JsonNode cluster) {
    try (Admin admin = admin(cluster)) {
      return Await.until(
          "the node is seen",
          () -> admin.describeCluster().nodes().get(10, TimeUnit.SECONDS).size(),
          size -> size > 0);
    }
  }

  private static String clusterId(JsonNode cluster) {
    try (Admin admin = admin(cluster)) {
      return Await.until(
          "the cluster's id is told",
          () -> admin.describeCluster().clusterId().get(10, TimeUnit.SECONDS),
          id -> !id.isEmpty());
    }
  }

  private static int freePortWithItsOthers() throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      try (ServerSocket client = new ServerSocket(0);
          ServerSocket _ = new ServerSocket(client.getLocalPort() + CONTROLLER_PORT_OFFSET);
          ServerSocket metrics = new ServerSocket(client.getLocalPort() + METRICS_PORT_OFFSET)) {
        return metrics.getLocalPort() - METRICS_PORT_OFFSET;
      } catch (IOException | IllegalArgumentException _) {
        // One of the three ports is taken or does not exist: try the next.
      }
    }
    throw new IOException("no free ports");
  }
}
