package io.millrace.cli.demo;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.JsonOption;
import io.millrace.cli.Logging;
import io.millrace.cli.cluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `millrace demo`.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "The order-events story: three brokers, orders that flow, nodes that die, nothing lost.",
      "Ends with status 1 where an acknowledged order is missing, comes twice or out of order."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int EXAMPLES = 5;

  private final Console console;

  @Option(
      names = {"-s", "--scene"},
      split = ",",
      paramLabel = "SCENE",
      description = "${COMPLETION-CANDIDATES} (default: all, in this order).")
  List<Scene> scenes = List.of(Scene.values());

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      description = "Where the cluster lies; kept afterwards (default: a temporary directory).")
  @Nullable Path directory;

  @Option(
      names = "--orders-per-second",
      paramLabel = "N",
      defaultValue = "100",
      description = "Of each of the three partitions (default: ${DEFAULT-VALUE}).")
  int ordersPerSecond;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A property of every node. Repeatable.")
  List<String> assignments = List.of();

  @Mixin JsonOption json = new JsonOption();

  public DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.forCommand(console.err());
    if (ordersPerSecond < 1) {
      throw CommandFailure.usage("--orders-per-second " + ordersPerSecond, "allowed: 1 or more");
    }
    Path at =
        directory == null
            ? Files.createTempDirectory("millrace-demo")
            : directory.toAbsolutePath().normalize();
    console.note("Three brokers are started in " + at + ".");
    LocalCluster cluster = LocalCluster.start(console, at, 3, assignments);
    boolean clean = false;
    try {
      clean = tell(cluster);
      return clean ? ExitCode.OK : ExitCode.FAILED;
    } finally {
      if (directory == null && clean) {
        cluster.stopAndWipe();
      } else {
        cluster.stop();
        console.note("Data and output of the nodes: " + at);
      }
    }
  }

  private boolean tell(LocalCluster cluster) throws InterruptedException {
    DemoTopic topic = new DemoTopic(cluster.bootstrap());
    try {
      topic.create();
      console.note(
          "order-events has 3 partitions of 3 replicas; 3 shops place "
              + ordersPerSecond
              + " orders a second each, 2 consumers fulfil them.");
      Story story = new Story(console, cluster, topic, ordersPerSecond);
      List<Story.Outcome> outcomes = new ArrayList<>();
      OrderLedger ledger;
      try {
        story.begin();
        for (Scene scene : scenes) {
          outcomes.add(story.play(scene));
        }
        ledger = story.finish();
      } catch (CommandFailure e) {
        story.end();
        throw e;
      }
      report(outcomes, ledger);
      return ledger.verdict().isClean();
    } finally {
      topic.close();
    }
  }

  private void report(List<Story.Outcome> outcomes, OrderLedger ledger) {
    OrderLedger.Verdict verdict = ledger.verdict();
    if (json.wanted()) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put(
          "scenes",
          outcomes.stream()
              .map(outcome ->
                  Json.object(
                      "scene", outcome.scene(),
                      "node", outcome.node(),
                      "gap_ms", Arrays.stream(outcome.gapMs()).boxed().toList()))
              .toList());
      result.put("acknowledged", verdict.acknowledged());
      result.put("arrived", verdict.arrived());
      result.put("lost", verdict.lost());
      result.put("twice", verdict.twice());
      result.put("invented", verdict.invented());
      result.put("disordered", verdict.disordered());
      result.put("unacknowledged", verdict.unacknowledged());
      console.json(result);
      return;
    }
    for (Story.Outcome outcome : outcomes) {
      console.line(
          outcome.scene().title()
              + ": gaps "
              + Arrays.toString(outcome.gapMs())
              + " ms by partition");
    }
    console.line(
        verdict.acknowledged()
            + " orders acknowledged, "
            + verdict.arrived()
            + " arrived, "
            + verdict.lost()
            + " lost, "
            + verdict.twice()
            + " twice, "
            + verdict.disordered()
            + " out of order, "
            + verdict.invented()
            + " invented"
            + (verdict.unacknowledged() == 0
                ? "."
                : "; " + verdict.unacknowledged() + " were never acknowledged."));
    if (verdict.lost() > 0) {
      console.line("Missing, for example: " + ledger.examples(EXAMPLES));
    }
    console.line(
        verdict.isClean()
            ? "Every acknowledged order arrived exactly once and in order."
            : "That must not happen. Please report it with the nodes' output.");
  }
}
