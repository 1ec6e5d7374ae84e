package io.millrace.cli.cluster;

import io.millrace.cli.Console;
import io.millrace.cli.JsonOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `millrace cluster status`.
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Say which nodes run, are paused or are down, and whether they answer.")
final class ClusterStatus implements Callable<Integer> {
  private static final int PROBE_TIMEOUT_MS = 500;

  private final Console console;

  @Mixin DirectoryOption directory = new DirectoryOption();
  @Mixin JsonOption json = new JsonOption();

  ClusterStatus(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ClusterState cluster = ClusterState.load(directory.absolute());
    int controller = -1;
    List<Map<String, Object>> described = new ArrayList<>();
    for (ClusterNode node : cluster.nodes()) {
      OsProcess.State process = node.process().state();
      MetadataProbe.Answer answer =
          process == OsProcess.State.RUNNING
              ? MetadataProbe.ask(ClusterNode.HOST, node.ports().client(), PROBE_TIMEOUT_MS)
              : null;
      if (answer != null) {
        controller = answer.controller();
      }
      Map<String, Object> line = node.describe();
      line.put("state", state(process, answer != null));
      described.add(line);
    }
    report(cluster, described, controller);
    return 0;
  }

  /// `running` answers; `silent` runs but does not.
  private static String state(OsProcess.State process, boolean answers) {
    return switch (process) {
      case RUNNING -> answers ? "running" : "silent";
      case PAUSED -> "paused";
      case GONE -> "down";
    };
  }

  private void report(ClusterState cluster, List<Map<String, Object>> nodes, int controller) {
    if (json.wanted()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("nodes", nodes);
      result.put("bootstrap", cluster.bootstrap());
      result.put("controller", controller);
      console.json(result);
      return;
    }
    for (Map<String, Object> node : nodes) {
      console.line(
          String.format(
              Locale.ROOT,
              "node %s  %-7s  pid %s  %s:%s  %s",
              node.get("id"),
              node.get("state"),
              node.get("pid"),
              node.get("host"),
              node.get("port"),
              node.get("dir")));
    }
    console.line("controller " + (controller < 0 ? "unknown" : "node " + controller));
  }
}
