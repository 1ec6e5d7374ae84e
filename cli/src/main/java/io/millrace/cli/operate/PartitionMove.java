package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace partition move`.
@Command(
    name = "move",
    description = "Move replicas from one broker to another; the other replicas stay.")
final class PartitionMove extends PlannedCommand {
  @Parameters(arity = "1..*", paramLabel = "TOPIC[:N]", description = "A topic, or one partition.")
  List<String> partitions = List.of();

  @Option(names = "--from", required = true, paramLabel = "ID", description = "Who gives.")
  int from;

  @Option(names = "--to", required = true, paramLabel = "ID", description = "Who takes.")
  int to;

  PartitionMove(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    ObservedCluster cluster = ObservedCluster.of(admin);
    cluster.broker(to);
    Map<TopicPartition, List<Integer>> target = new LinkedHashMap<>();
    for (TopicPartition partition : cluster.partitions(partitions)) {
      List<Integer> replicas = new ArrayList<>(cluster.replicasToBe(partition));
      if (replicas.contains(from) && !replicas.contains(to)) {
        replicas.set(replicas.indexOf(from), to);
        target.put(partition, replicas);
      }
    }
    if (target.isEmpty()) {
      throw CommandFailure.failed(
          "none of these partitions can move from broker " + from + " to broker " + to,
          "a replica must be on the one and not on the other; see: millrace topic describe");
    }
    return finish(admin, ManualPlan.of(cluster, target));
  }
}
