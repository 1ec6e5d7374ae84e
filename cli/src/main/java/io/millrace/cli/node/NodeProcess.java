package io.millrace.cli.node;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import java.util.Map;
import java.util.function.Consumer;

/// This process as a node: starts it, waits until it serves, and closes it cleanly on SIGTERM or
/// SIGINT. The only place that calls the server room's node.
final class NodeProcess {
  private NodeProcess() {}

  /// Runs a node until the process is told to end.
  ///
  /// @param whenReady called once the node serves, with its listeners in words
  /// @return an exit status
  static int run(
      Console console,
      Map<String, String> properties,
      FormatChoices format,
      Consumer<String> whenReady) {
    format.check();
    throw CommandFailure.failed("this build has no node yet", "");
  }
}
