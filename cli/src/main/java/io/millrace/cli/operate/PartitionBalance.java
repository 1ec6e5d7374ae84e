package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.metadata.balance.Balancer;
import io.millrace.metadata.balance.Goals;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `millrace partition balance`.
@Command(
    name = "balance",
    description = {
      "Even out replicas, bytes and leaders over the brokers and racks.",
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

  @Option(names = "--no-disk", description = "Do not swap replicas to even out bytes.")
  boolean noDisk;

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
    Goals goals = leadersOnly ? Goals.LEADERS_ONLY : new Goals(true, !noDisk, true);
    return finish(admin, Balancer.plan(cluster.layout(Set.of(), topics), goals));
  }
}
