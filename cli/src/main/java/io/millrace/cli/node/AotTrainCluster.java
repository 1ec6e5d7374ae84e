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
import java.util.concurrent.locks.LockSupport;
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

  /// Between two records. They come all the time and quickly: a leader that is stopped has some
  /// that not all followers have, so that the others cut their logs.
  private static final long PACE_NANOS = 300_000;

  /// Between two blows: followers settle.
  private static final int CALM_MS = 1_000;

  /// The commands that write, as a process.
  interface Commands {
    ProcessBuilder with(@Nullable Path cache, String... words);
  }

  private final Path directory;
  private final Commands commands;
  private final Node[] nodes = new Node[NODES];
  private final List<Map<String, String>> properties = new ArrayList<>();
  private final FormatChoices format = new FormatChoices();
  private volatile boolean enough;

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
      Thread feed = Thread.ofPlatform().name("feed").start(() -> feed(writer.getOutputStream()));
      try {
        TimeUnit.MILLISECONDS.sleep(CALM_MS);
        for (int i = 0; i < NODES; i++) {
          nodes[i].close();
          nodes[i] = NodeProcess.start(properties.get(i), format);
          awaitReady(nodes[i]);
          TimeUnit.MILLISECONDS.sleep(CALM_MS);
        }
      } finally {
        enough = true;
        feed.join();
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

  /// Writes until there is enough. Where the writer has ended, its exit status tells.
  private void feed(OutputStream records) {
    try (records) {
      for (int i = 0; !enough; i++) {
        records.write(("key-" + i + ":value-" + i + "\n").getBytes(StandardCharsets.UTF_8));
        records.flush();
        LockSupport.parkNanos(PACE_NANOS);
      }
    } catch (IOException e) {
      System.err.println("the writer of the training takes no more: " + e.getMessage());
    }
  }
}
