package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.metadata.balance.Balancer;
import io.millrace.metadata.balance.Goals;
import io.millrace.metadata.balance.TrafficMeter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `millrace partition balance`.
@Command(
    name = "balance",
    description = {
      "Even out replicas, bytes, leaders and what is written to them over the brokers and racks,",
      "and empty disks that are too full.",
      "Shows what would move, and why; --execute does it."
    })
final class PartitionBalance extends PlannedCommand {
  @Option(
      names = {"-t", "--topic"},
      paramLabel = "TOPIC",
      description = "Only this topic. Repeatable (default: all).")
  List<String> topics = List.of();

  @Option(names = "--leaders-only", description = "Move leaders, copy nothing.")
  boolean leadersOnly;

  @Option(
      names = "--sample",
      paramLabel = "SECONDS",
      description =
          "Watch for so long what is written to each partition; 0 leaves traffic out (default: ${DEFAULT-VALUE}).")
  int sampleSeconds = 3;

  @Option(
      names = "--no-disk",
      description =
          "Do not move replicas because of bytes: neither off full disks nor to even out.")
  boolean noDisk;

  @Mixin DiskMark disks = new DiskMark();

  PartitionBalance(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    ObservedCluster cluster = ObservedCluster.of(admin);
    for (String topic : topics) {
      if (!cluster.topics().containsKey(topic)) {
        throw CommandFailure.failed("there is no topic " + topic, "see: millrace topic list");
      }
    }
    TrafficMeter traffic = new TrafficMeter();
    if (sampleSeconds > 0) {
      traffic.sample(System.nanoTime(), cluster.sizes());
      progress = "watching what is written";
      Reassignment.pause(TimeUnit.SECONDS.toMillis(sampleSeconds), "nothing was changed");
      cluster = ObservedCluster.of(admin);
      traffic.sample(System.nanoTime(), cluster.sizes());
    }
    Goals goals =
        (leadersOnly ? Goals.LEADERS_ONLY : noDisk ? Goals.COUNTS_ONLY : Goals.ALL)
            .withFullPercent(disks.fullPercent());
    return finish(admin, Balancer.plan(cluster.layout(Set.of(), topics, traffic), goals));
  }
}
