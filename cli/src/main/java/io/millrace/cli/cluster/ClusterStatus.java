package io.millrace.cli.cluster;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.JsonOption;
import io.millrace.cli.Logging;
import io.millrace.cli.client.ClientOptions;
import io.millrace.cli.client.Failures;
import io.millrace.cli.operate.ClusterHealth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `millrace cluster status`.
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Show how a cluster is: controller, brokers, leaders, what lacks replicas or a leader.",
      "With --dir also which processes of a local cluster run, are paused or are down."
    })
final class ClusterStatus implements Callable<Integer> {
  private static final int PROBE_TIMEOUT_MS = 500;

  private final Console console;

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      description = "The directory of a cluster that `cluster start` made.")
  @Nullable Path directory;

  @Mixin ClientOptions client = new ClientOptions();
  @Mixin JsonOption json = new JsonOption();

  ClusterStatus(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Logging.forCommand(console.err());
    Path dir = directory;
    if (dir == null) {
      ClusterHealth health = health(client.connect());
      report(new LinkedHashMap<>(), List.of(), health);
      return ExitCode.OK;
    }
    ClusterState cluster = ClusterState.load(dir.toAbsolutePath().normalize());
    List<Map<String, Object>> nodes = new ArrayList<>();
    List<String> answering = new ArrayList<>();
    int controller = -1;
    for (ClusterNode node : cluster.nodes()) {
      OsProcess.State process = node.process().state();
      MetadataProbe.Answer answer =
          process == OsProcess.State.RUNNING
              ? MetadataProbe.ask(ClusterNode.HOST, node.ports().client(), PROBE_TIMEOUT_MS)
              : null;
      if (answer != null) {
        controller = answer.controller();
        answering.add(node.address());
      }
      Map<String, Object> line = node.describe();
      line.put("state", state(process, answer != null));
      nodes.add(line);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("nodes", nodes);
    result.put("bootstrap", cluster.bootstrap());
    result.put("controller", controller);
    report(result, nodes, answering.isEmpty() ? null : tryHealth(answering));
    return ExitCode.OK;
  }

  /// `running` answers; `silent` runs but does not.
  private static String state(OsProcess.State process, boolean answers) {
    return switch (process) {
      case RUNNING -> answers ? "running" : "silent";
      case PAUSED -> "paused";
      case GONE -> "down";
    };
  }

  /// The processes are told even where their cluster does not answer.
  private @Nullable ClusterHealth tryHealth(List<String> answering) {
    try {
      return health(client.connect(String.join(",", answering)));
    } catch (CommandFailure failure) {
      console.err().println("the cluster does not answer: " + failure.message());
      return null;
    }
  }

  private ClusterHealth health(Map<String, Object> config) {
    try (Admin admin = Admin.create(config)) {
      return ClusterHealth.of(admin);
    } catch (KafkaException e) {
      throw Failures.of(String.valueOf(config.get("bootstrap.servers")), e);
    }
  }

  private void report(
      Map<String, Object> result, List<Map<String, Object>> nodes, @Nullable ClusterHealth health) {
    if (json.wanted()) {
      if (health != null) {
        result.putAll(health.toJson());
      }
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
    if (health == null) {
      console.line("controller unknown");
    } else {
      health.lines().forEach(console::line);
    }
  }
}
