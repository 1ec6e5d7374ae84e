package io.millrace.cli.node;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.ExitCode;
import io.millrace.cli.FreePorts;
import io.millrace.server.Node;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// Three nodes of this process as a cluster, for the AOT cache: each is stopped and started again
/// while another process writes, so that all that a node does for its leaders, followers and the
/// quorum has been done once. Used by one thread.
final class AotTrainCluster {
  private static final int NODES = 3;
  private static final int PATIENCE_SECONDS = 120;

  /// Between two records, and how many come between two blows: followers settle meanwhile.
  private static final int PACE_MS = 2;

  private static final int RECORDS = 500;

  /// The commands that write, as a process.
  interface Commands {
    ProcessBuilder with(@Nullable Path cache, String... words);
  }

  private final Path directory;
  private final Commands commands;
  private final Node[] nodes = new Node[NODES];
  private final List<Map<String, String>> properties = new ArrayList<>();
  private final FormatChoices format = new FormatChoices();

  AotTrainCluster(Path directory, Commands commands) {
    this.directory = directory;
    this.commands = commands;
  }

  /// @return an exit status
  int run() throws IOException, InterruptedException {
    plan();
    try {
      for (int i = 0; i < NODES; i++) {
        nodes[i] = NodeProcess.start(properties.get(i), format);
      }
      for (Node node : nodes) {
        awaitReady(node);
      }
      Process writer =
          commands
              .with(null, "--replicated", bootstrap())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (OutputStream records = writer.getOutputStream()) {
        write(records);
        for (int i = 0; i < NODES; i++) {
          nodes[i].close();
          nodes[i] = NodeProcess.start(properties.get(i), format);
          awaitReady(nodes[i]);
          write(records);
        }
      }
      if (!writer.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        writer.destroyForcibly();
        return ExitCode.FAILED;
      }
      return writer.exitValue();
    } finally {
      close();
    }
  }

  /// All at once: the last ones of a cluster wait in vain for a controller.
  private void close() throws InterruptedException {
    List<Thread> ends = new ArrayList<>();
    for (Node node : nodes) {
      if (node != null) {
        ends.add(Thread.ofPlatform().start(node::close));
      }
    }
    for (Thread end : ends) {
      end.join();
    }
  }

  private void plan() throws IOException {
    List<Integer> ports = FreePorts.choose(2 * NODES);
    List<Integer> controllers = ports.subList(NODES, 2 * NODES);
    format.clusterId = Uuid.randomUuid().toString();
    format.initialControllers =
        IntStream.range(0, NODES)
            .mapToObj(i -> (i + 1) + "@127.0.0.1:" + controllers.get(i) + ":" + Uuid.randomUuid())
            .collect(Collectors.joining(","));
    for (int i = 0; i < NODES; i++) {
      Map<String, String> node =
          NodeProperties.local(
              i + 1, ports.get(i), controllers.get(i), directory.resolve("node-" + (i + 1)));
      node.put(
          "controller.quorum.bootstrap.servers",
          controllers.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
      node.put("default.replication.factor", "3");
      node.put("min.insync.replicas", "2");
      node.put("offsets.topic.num.partitions", "3");
      properties.add(node);
    }
  }

  private String bootstrap() {
    return properties.stream()
        .map(node -> String.valueOf(node.get("listeners")).replaceAll("PLAINTEXT://|,.*", ""))
        .collect(Collectors.joining(","));
  }

  private static void awaitReady(Node node) throws InterruptedException {
    if (!node.awaitReady()) {
      throw CommandFailure.failed("a node of the training did not get ready", "");
    }
  }

  private static void write(OutputStream records) throws IOException, InterruptedException {
    for (int i = 0; i < RECORDS; i++) {
      records.write(("key-" + i + ":value-" + i + "\n").getBytes(StandardCharsets.UTF_8));
      records.flush();
      TimeUnit.MILLISECONDS.sleep(PACE_MS);
    }
  }
}
