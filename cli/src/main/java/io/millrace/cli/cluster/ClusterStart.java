package io.millrace.cli.cluster;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.JsonOption;
import io.millrace.cli.node.NodeProperties;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `millrace cluster start`.
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description = {
      "Start a local cluster of detached processes and wait until they answer.",
      "An empty or new directory is taken; a cluster that lies there is started again, on its"
          + " ports. Nodes that run already are left alone."
    })
final class ClusterStart implements Callable<Integer> {
  private final Console console;

  @Option(
      names = {"-n", "--nodes"},
      paramLabel = "N",
      description = "How many nodes (default: 1, or as many as the directory has).")
  @Nullable Integer nodes;

  @Mixin DirectoryOption directory = new DirectoryOption();

  @Option(
      names = "--base-port",
      paramLabel = "P",
      description =
          "Node i listens on P+i-1, its controller on P+100+i-1, for metrics on P+200+i-1"
              + " (default: free ports).")
  @Nullable Integer basePort;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A property of every node; {id} in the value becomes the node's id.")
  List<String> assignments = List.of();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long to wait for the nodes (default: ${DEFAULT-VALUE}).")
  int timeoutSeconds;

  @Mixin JsonOption json = new JsonOption();

  ClusterStart(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ClusterState cluster = ClusterState.exists(directory.absolute()) ? again() : create();
    List<ClusterNode> toStart =
        cluster.nodes().stream().filter(node -> !node.process().isAlive()).toList();
    for (ClusterNode node : toStart) {
      requireFree(node.ports().client());
      requireFree(node.ports().controller());
      requireFree(node.ports().metrics());
    }
    var startup = new Startup(console, timeoutSeconds);
    ClusterState running = toStart.isEmpty() ? cluster : startup.run(cluster, toStart);
    report(running, startup.seconds());
    return 0;
  }

  private ClusterState create() {
    int count = nodes == null ? 1 : nodes;
    if (count < 1) {
      throw CommandFailure.usage("--nodes " + count, "allowed: 1 or more");
    }
    ClusterPlan.requireEmpty(directory.absolute());
    List<Ports> ports = basePort == null ? Ports.free(count) : Ports.from(basePort, count);
    ClusterState cluster = ClusterPlan.fresh(directory.absolute(), ports);
    for (ClusterNode node : cluster.nodes()) {
      Map<String, String> properties = ClusterPlan.properties(cluster, node, assignments);
      ClusterPlan.write(cluster.propertiesFile(node), properties);
    }
    cluster.save();
    return cluster;
  }

  private ClusterState again() {
    ClusterState cluster = ClusterState.load(directory.absolute());
    if (nodes != null && nodes != cluster.nodes().size()) {
      throw CommandFailure.usage(
          "the cluster in " + cluster.directory() + " has " + cluster.nodes().size() + " nodes",
          "leave out --nodes, or name another --dir");
    }
    if (basePort != null && basePort != cluster.nodes().getFirst().ports().client()) {
      throw CommandFailure.usage(
          "the cluster in "
              + cluster.directory()
              + " has its ports already: "
              + cluster.bootstrap(),
          "leave out --base-port, or name another --dir");
    }
    for (ClusterNode node : cluster.nodes()) {
      if (!node.process().isAlive() && Files.exists(cluster.propertiesFile(node))) {
        Map<String, String> properties = NodeProperties.read(cluster.propertiesFile(node));
        properties.putAll(ClusterPlan.overrides(node, assignments));
        ClusterPlan.write(cluster.propertiesFile(node), properties);
      }
    }
    return cluster;
  }

  private static void requireFree(int port) {
    if (!Ports.isFree(port)) {
      throw CommandFailure.failed(
          "port " + port + " is in use", "end what listens there, or choose another --base-port");
    }
  }

  private void report(ClusterState cluster, double seconds) {
    if (json.wanted()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("nodes", cluster.nodes().stream().map(ClusterNode::describe).toList());
      result.put("bootstrap", cluster.bootstrap());
      result.put("startup_s", seconds);
      console.json(result);
      return;
    }
    for (ClusterNode node : cluster.nodes()) {
      console.line(
          String.format(
              Locale.ROOT,
              "node %d  pid %d  %s  %s",
              node.id(),
              node.process().pid(),
              node.address(),
              node.dir()));
    }
    console.line("bootstrap " + cluster.bootstrap());
    if (seconds > 0) {
      console.line(String.format(Locale.ROOT, "ready after %.2f s", seconds));
    }
  }
}
