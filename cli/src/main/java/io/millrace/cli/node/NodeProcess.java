package io.millrace.cli.node;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.server.Node;
import io.millrace.server.NodeStartException;
import io.millrace.server.config.InvalidConfiguration;
import io.millrace.server.config.NodeConfig;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// This process as a node: starts it, waits until it serves, and closes it cleanly on SIGTERM or
/// SIGINT, which ends the process with status 0.
final class NodeProcess {
  private NodeProcess() {}

  /// Runs a node until the process is told to end, or the node ends by itself.
  ///
  /// @param whenReady called once the node serves
  /// @return an exit status, where the node ended by itself
  /// @throws CommandFailure if it cannot start as configured
  static int run(
      Console console,
      Map<String, String> properties,
      FormatChoices format,
      Consumer<Node> whenReady) {
    Node node = start(properties, format);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(console, node), "shutdown"));
    try {
      if (node.awaitReady()) {
        whenReady.accept(node);
      }
      @Nullable Throwable fault = node.awaitEnd();
      return fault == null ? ExitCode.OK : ExitCode.FAILED;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILED;
    }
  }

  /// Starts a node; it need not serve yet.
  ///
  /// @throws CommandFailure naming everything that is wrong
  static Node start(Map<String, String> properties, FormatChoices format) {
    Preloading.begin();
    try {
      NodeConfig config = NodeConfig.parse(properties, Map.of(), StoredNodeIds::in);
      return Node.start(config, format.options());
    } catch (InvalidConfiguration e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()), "", e);
    } catch (NodeStartException e) {
      String problems = String.join("\n", e.problems());
      throw new CommandFailure(ExitCode.FAILED, "the node cannot start: " + problems, "", e);
    }
  }

  /// The node's listeners in words, such as `PLAINTEXT:9092 CONTROLLER:9093`.
  static String describe(Node node) {
    return node.ports().entrySet().stream()
        .map(entry -> entry.getKey().value() + ":" + entry.getValue())
        .collect(Collectors.joining(" "));
  }

  /// Runs as a shutdown hook. The JVM would report the signal (143, 130); a node that closed
  /// cleanly ends with 0 instead.
  private static void close(Console console, Node node) {
    node.close();
    console.flush();
    try {
      if (node.awaitEnd() == null) {
        Runtime.getRuntime().halt(ExitCode.OK);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
