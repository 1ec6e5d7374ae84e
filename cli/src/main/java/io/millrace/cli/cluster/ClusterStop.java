package io.millrace.cli.cluster;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.JsonOption;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `millrace cluster stop`.
@Command(
    name = "stop",
    mixinStandardHelpOptions = true,
    description = "End all nodes cleanly; the cluster can be started again.")
final class ClusterStop implements Callable<Integer> {
  private final Console console;

  @Mixin DirectoryOption directory = new DirectoryOption();

  @Option(names = "--wipe", description = "Then delete the cluster's data and files.")
  boolean wipe;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "After this a node is killed (default: ${DEFAULT-VALUE}).")
  int timeoutSeconds;

  @Mixin JsonOption json = new JsonOption();

  ClusterStop(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    ClusterState cluster = ClusterState.load(directory.absolute());
    List<ClusterNode> killed = Shutdown.run(console, cluster.nodes(), timeoutSeconds);
    if (wipe) {
      delete(cluster);
    }
    for (ClusterNode node : killed) {
      console.note(
          "node " + node.id() + " did not end within " + timeoutSeconds + " s and was killed");
    }
    if (json.wanted()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("stopped", cluster.nodes().stream().map(ClusterNode::id).toList());
      result.put("killed", killed.stream().map(ClusterNode::id).toList());
      result.put("wiped", wipe);
      console.json(result);
    } else {
      console.line("stopped" + (wipe ? " and wiped" : ""));
    }
    return killed.isEmpty() ? ExitCode.OK : ExitCode.FAILED;
  }

  /// Deletes what the cluster made, and the directory if nothing else lies in it.
  static void delete(ClusterState cluster) {
    try {
      for (ClusterNode node : cluster.nodes()) {
        deleteTree(node.dir());
      }
      for (Path file : cluster.ownFiles()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(cluster.directory());
    } catch (DirectoryNotEmptyException _) {
      // Somebody else's files stay.
    } catch (IOException e) {
      throw CommandFailure.failed("cannot delete all of " + cluster.directory() + ": " + e, "");
    }
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
