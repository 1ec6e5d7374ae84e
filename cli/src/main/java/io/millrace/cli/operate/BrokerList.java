package io.millrace.cli.operate;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.client.AdminCommand;
import io.millrace.metadata.balance.ByteCount;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import picocli.CommandLine.Command;

/// `millrace broker list`.
@Command(
    name = "list",
    description = "Show the registered brokers: state, leaders, replicas, bytes.")
final class BrokerList extends AdminCommand {
  BrokerList(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    ObservedCluster cluster = ObservedCluster.of(admin);
    List<TopicPartitionInfo> partitions =
        cluster.topics().values().stream().flatMap(topic -> topic.partitions().stream()).toList();
    for (Node node : cluster.brokers().values()) {
      String state =
          node.isFenced() ? "fenced" : cluster.isCordoned(node.id()) ? "cordoned" : "open";
      long leaders =
          count(partitions, info -> info.leader() != null && info.leader().id() == node.id());
      long replicas = count(partitions, info -> contains(info.replicas(), node));
      long inSync = count(partitions, info -> contains(info.isr(), node));
      Map<String, LogDirDescription> dirs = cluster.directories().getOrDefault(node.id(), Map.of());
      long bytes =
          dirs.values().stream()
              .flatMap(dir -> dir.replicaInfos().values().stream())
              .mapToLong(replica -> replica.size())
              .sum();
      if (json.wanted()) {
        console.json(
            Json.object(
                "id", node.id(),
                "host", node.host(),
                "port", node.port(),
                "rack", node.hasRack() ? node.rack() : "",
                "state", state,
                "leaders", leaders,
                "replicas", replicas,
                "in_sync", inSync,
                "bytes", bytes));
      } else {
        console.line(
            String.format(
                Locale.ROOT,
                "broker %d  %-8s  %s:%d%s  leads %d  replicas %d (%d in sync)  %s",
                node.id(),
                state,
                node.host(),
                node.port(),
                node.hasRack() ? "  rack " + node.rack() : "",
                leaders,
                replicas,
                inSync,
                ByteCount.text(bytes)));
      }
    }
    return ExitCode.OK;
  }

  private static long count(List<TopicPartitionInfo> all, Predicate<TopicPartitionInfo> which) {
    return all.stream().filter(which).count();
  }

  private static boolean contains(List<Node> nodes, Node wanted) {
    return nodes.stream().anyMatch(node -> node.id() == wanted.id());
  }
}
