package io.millrace.cli.cluster;

import io.millrace.cli.Console;
import io.millrace.cli.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Ends nodes cleanly, and by force what does not end in time.
final class Shutdown {
  private static final long KILL_TIMEOUT_MS = 10_000;

  private Shutdown() {}

  /// Asks all nodes to end and waits.
  ///
  /// @return the nodes that had to be killed
  static List<ClusterNode> run(Console console, List<ClusterNode> nodes, int timeoutSeconds)
      throws InterruptedException {
    for (ClusterNode node : nodes) {
      OsProcess.State state = node.process().state();
      if (state != OsProcess.State.GONE) {
        node.process().signal("TERM");
      }
      if (state == OsProcess.State.PAUSED) {
        node.process().signal("CONT");
      }
    }
    List<ClusterNode> killed = new ArrayList<>();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
    try (var _ = Progress.show(console, () -> "waiting for nodes to end")) {
      for (ClusterNode node : nodes) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (!node.process().awaitEnd(Math.max(0, leftMs))) {
          node.process().signal("KILL");
          node.process().awaitEnd(KILL_TIMEOUT_MS);
          killed.add(node);
        }
      }
    }
    return killed;
  }
}
