package io.millrace.cli.cluster;

import io.millrace.cli.Console;
import io.millrace.cli.JsonOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `millrace cluster restart`.
@Command(
    name = "restart",
    mixinStandardHelpOptions = true,
    description = {
      "Start a node again and wait until it answers; one that still runs is ended cleanly first."
    })
final class ClusterRestart implements Callable<Integer> {
  private final Console console;

  @Mixin DirectoryOption directory = new DirectoryOption();

  @Option(
      names = {"-i", "--node"},
      required = true,
      paramLabel = "ID",
      description = "The node's id.")
  int id;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long to wait, for the end and for the start (default: ${DEFAULT-VALUE}).")
  int timeoutSeconds;

  @Mixin JsonOption json = new JsonOption();

  ClusterRestart(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws InterruptedException {
    ClusterState cluster = ClusterState.load(directory.absolute());
    ClusterNode node = cluster.node(id);
    if (!Shutdown.run(console, List.of(node), timeoutSeconds).isEmpty()) {
      console.note("node " + id + " did not end within " + timeoutSeconds + " s and was killed");
    }
    var startup = new Startup(console, timeoutSeconds);
    ClusterNode running = startup.run(cluster, List.of(node)).node(id);
    if (json.wanted()) {
      Map<String, Object> result = new LinkedHashMap<>(running.describe());
      result.put("startup_s", startup.seconds());
      console.json(result);
    } else {
      console.line(
          String.format(
              Locale.ROOT,
              "node %d  pid %d  %s  ready after %.2f s",
              id,
              running.process().pid(),
              running.address(),
              startup.seconds()));
    }
    return 0;
  }
}
