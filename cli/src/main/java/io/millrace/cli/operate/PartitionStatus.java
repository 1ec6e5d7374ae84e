package io.millrace.cli.operate;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.client.AdminCommand;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `millrace partition status`.
@Command(
    name = "status",
    description = "Show what is being reassigned, and which partitions lack replicas or a leader.")
final class PartitionStatus extends AdminCommand {
  @Option(names = "--all", description = "Show healthy partitions, too.")
  boolean all;

  PartitionStatus(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    ObservedCluster cluster = ObservedCluster.of(admin);
    List<TopicPartition> partitions =
        cluster.partitions(cluster.topics().keySet()).stream()
            .sorted(
                Comparator.comparing(TopicPartition::topic)
                    .thenComparingInt(TopicPartition::partition))
            .toList();
    int shown = 0;
    for (TopicPartition partition : partitions) {
      TopicPartitionInfo info = cluster.info(partition);
      boolean whole = info.isr().size() >= info.replicas().size() && info.leader() != null;
      PartitionReassignment moving = cluster.moving().get(partition);
      if (all || !whole || moving != null) {
        shown++;
        print(partition, info, moving);
      }
    }
    if (shown == 0 && !json.wanted()) {
      console.line("All " + partitions.size() + " partitions are whole, none is being reassigned.");
    }
    return ExitCode.OK;
  }

  private void print(
      TopicPartition partition,
      TopicPartitionInfo info,
      @org.jspecify.annotations.Nullable PartitionReassignment moving) {
    int leader = info.leader() == null ? -1 : info.leader().id();
    List<Integer> isr = info.isr().stream().map(Node::id).toList();
    if (json.wanted()) {
      console.json(
          Json.object(
              "topic",
              partition.topic(),
              "partition",
              partition.partition(),
              "leader",
              leader,
              "replicas",
              ObservedCluster.replicas(info),
              "isr",
              isr,
              "adding",
              moving == null ? List.of() : moving.addingReplicas(),
              "removing",
              moving == null ? List.of() : moving.removingReplicas()));
    } else {
      console.line(
          partition
              + "  leader "
              + leader
              + "  replicas "
              + ObservedCluster.replicas(info)
              + "  isr "
              + isr
              + (moving == null
                  ? ""
                  : "  adding "
                      + moving.addingReplicas()
                      + "  removing "
                      + moving.removingReplicas()));
    }
  }
}
