package io.millrace.cli.cluster;

import io.millrace.cli.Console;
import java.nio.file.Path;
import java.util.List;

/// A local cluster for programs: what `millrace cluster` does, without its words. Every method
/// returns when its effect is there.
public final class LocalCluster {
  private static final int TIMEOUT_SECONDS = 60;

  private final Console console;
  private final Path directory;

  private LocalCluster(Console console, Path directory) {
    this.console = console;
    this.directory = directory;
  }

  /// Starts a new cluster of `nodes` in an empty or new directory.
  ///
  /// @param settings `key=value` for every node
  public static LocalCluster start(
      Console console, Path directory, int nodes, List<String> settings) {
    ClusterPlan.requireEmpty(directory);
    ClusterState cluster = ClusterPlan.fresh(directory, Ports.free(nodes));
    for (ClusterNode node : cluster.nodes()) {
      ClusterPlan.write(
          cluster.propertiesFile(node), ClusterPlan.properties(cluster, node, settings));
    }
    cluster.save();
    new Startup(console, TIMEOUT_SECONDS).run(cluster, cluster.nodes());
    return new LocalCluster(console, directory);
  }

  public String bootstrap() {
    return ClusterState.load(directory).bootstrap();
  }

  /// Ends a node by SIGKILL.
  public void kill(int id) throws InterruptedException {
    OsProcess process = node(id).process();
    process.signal("KILL");
    process.awaitEnd(TIMEOUT_SECONDS * 1_000L);
  }

  /// Freezes a node by SIGSTOP.
  public void pause(int id) {
    node(id).process().signal("STOP");
  }

  /// Lets a frozen node go on.
  public void resume(int id) {
    node(id).process().signal("CONT");
  }

  /// Starts a node again and waits until it answers; one that still runs is ended cleanly first.
  public void restart(int id) throws InterruptedException {
    Shutdown.run(console, List.of(node(id)), TIMEOUT_SECONDS);
    new Startup(console, TIMEOUT_SECONDS).run(ClusterState.load(directory), List.of(node(id)));
  }

  /// Ends all nodes cleanly and deletes what the cluster made.
  public void stopAndWipe() throws InterruptedException {
    ClusterState cluster = ClusterState.load(directory);
    Shutdown.run(console, cluster.nodes(), TIMEOUT_SECONDS);
    ClusterStop.delete(cluster);
  }

  /// Ends all nodes cleanly; data and output stay.
  public void stop() throws InterruptedException {
    Shutdown.run(console, ClusterState.load(directory).nodes(), TIMEOUT_SECONDS);
  }

  private ClusterNode node(int id) {
    return ClusterState.load(directory).node(id);
  }
}
