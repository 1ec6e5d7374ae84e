package io.millrace.cli.cluster;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Starts nodes and waits until each of them answers with complete metadata: all brokers and a
/// controller. What this start began is ended again where it fails.
final class Startup {
  private static final int PROBE_TIMEOUT_MS = 1_000;
  private static final int PROBE_INTERVAL_MS = 4;
  private static final int SHOWN_OUTPUT_LINES = 15;

  private final Console console;
  private final long timeoutMs;

  /// When the first node was started and when the first complete answer came, `System.nanoTime`.
  private long startedNs;

  private long answeredNs;

  Startup(Console console, int timeoutSeconds) {
    this.console = console;
    this.timeoutMs = TimeUnit.SECONDS.toMillis(timeoutSeconds);
  }

  /// Starts the nodes with these ids, remembers their processes, and waits for them.
  ClusterState run(ClusterState cluster, List<ClusterNode> nodes) {
    List<ClusterNode> started = new ArrayList<>();
    ClusterState current = cluster;
    startedNs = System.nanoTime();
    try (var _ =
        Progress.show(
            console, () -> "waiting for " + (nodes.size() == 1 ? "the node" : "all nodes"))) {
      for (ClusterNode node : nodes) {
        ClusterNode running = node.withProcess(NodeLauncher.start(cluster, node));
        started.add(running);
        current = ClusterState.update(cluster.directory(), state -> state.withNode(running));
      }
      for (ClusterNode node : started) {
        await(current, node);
      }
      return current;
    } catch (InterruptedException e) {
      started.forEach(node -> node.process().signal("KILL"));
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.FAILED, "interrupted", "", e);
    } catch (CommandFailure e) {
      started.forEach(node -> node.process().signal("KILL"));
      throw e;
    }
  }

  private void await(ClusterState cluster, ClusterNode node) throws InterruptedException {
    long deadline = startedNs + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    while (true) {
      MetadataProbe.Answer answer =
          MetadataProbe.ask(ClusterNode.HOST, node.ports().client(), PROBE_TIMEOUT_MS);
      if (answer != null && answer.isComplete(cluster.nodes().size())) {
        if (answeredNs == 0) {
          answeredNs = System.nanoTime();
        }
        return;
      }
      if (!node.process().isAlive()) {
        throw failed(cluster, node, "ended instead of starting");
      }
      if (System.nanoTime() - deadline > 0) {
        throw failed(cluster, node, "did not answer within " + timeoutMs / 1000 + " s");
      }
      TimeUnit.MILLISECONDS.sleep(PROBE_INTERVAL_MS);
    }
  }

  private CommandFailure failed(ClusterState cluster, ClusterNode node, String what) {
    Path output = cluster.outputFile(node);
    lastLines(output).forEach(line -> console.note("  | " + line));
    return CommandFailure.failed("node " + node.id() + " " + what, "its output: " + output);
  }

  private static List<String> lastLines(Path file) {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.subList(Math.max(0, lines.size() - SHOWN_OUTPUT_LINES), lines.size());
    } catch (IOException _) {
      return List.of();
    }
  }

  /// From the first exec to the first complete metadata answer.
  double seconds() {
    return answeredNs == 0 ? 0 : Math.round((answeredNs - startedNs) / 1e6) / 1e3;
  }
}
