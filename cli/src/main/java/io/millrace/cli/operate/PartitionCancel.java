package io.millrace.cli.operate;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.client.AdminCommand;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `millrace partition cancel`.
@Command(
    name = "cancel",
    description = "Stop reassignments: the former replicas stay. Throttles are lifted.")
final class PartitionCancel extends AdminCommand {
  @Parameters(
      arity = "0..*",
      paramLabel = "TOPIC[:N]",
      description = "A topic, or one partition (default: all that run).")
  List<String> partitions = List.of();

  PartitionCancel(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    ObservedCluster cluster = ObservedCluster.of(admin);
    Collection<String> words = partitions.isEmpty() ? cluster.topics().keySet() : partitions;
    Collection<TopicPartition> chosen = cluster.partitions(words);
    Set<TopicPartition> cancelled = Reassignment.cancel(admin, chosen);
    Throttle.clear(
        admin,
        cluster.brokers().keySet(),
        chosen.stream().map(TopicPartition::topic).distinct().toList());
    for (TopicPartition partition : cancelled) {
      if (json.wanted()) {
        console.json(Json.object("topic", partition.topic(), "partition", partition.partition()));
      } else {
        console.line(partition + "  cancelled");
      }
    }
    if (cancelled.isEmpty() && !json.wanted()) {
      console.line("Nothing was being reassigned.");
    }
    return ExitCode.OK;
  }
}
