package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.client.AdminCommand;
import io.millrace.cli.client.Failures;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace partition elect`.
@Command(
    name = "elect",
    description = "Make the preferred replica the leader, where it is in sync and is not yet.")
final class PartitionElect extends AdminCommand {
  @Parameters(
      arity = "0..*",
      paramLabel = "TOPIC[:N]",
      description = "A topic, or one partition (default: all).")
  List<String> partitions = List.of();

  @Option(
      names = "--unclean",
      description =
          "Of partitions without a leader, make any replica that is there the leader. Records that"
              + " only the lost replicas have are lost for good.")
  boolean unclean;

  PartitionElect(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    if (unclean && partitions.isEmpty()) {
      throw CommandFailure.usage(
          "--unclean loses records and wants the partitions named",
          "for example: partition elect --unclean orders:0");
    }
    ObservedCluster cluster = ObservedCluster.of(admin);
    Set<TopicPartition> chosen =
        new LinkedHashSet<>(
            cluster.partitions(partitions.isEmpty() ? cluster.topics().keySet() : partitions));
    ElectionType type = unclean ? ElectionType.UNCLEAN : ElectionType.PREFERRED;
    Map<TopicPartition, Optional<Throwable>> results =
        Failures.await("leaders", admin.electLeaders(type, chosen).partitions());
    int elected = 0;
    int failed = 0;
    for (var result : sorted(results).entrySet()) {
      String outcome =
          switch (result.getValue().orElse(null)) {
            case null -> "elected";
            case ElectionNotNeededException _ -> "";
            case Throwable thrown -> "failed: " + thrown.getMessage();
          };
      elected += outcome.equals("elected") ? 1 : 0;
      failed += outcome.startsWith("failed") ? 1 : 0;
      if (!outcome.isEmpty()) {
        print(result.getKey(), outcome);
      }
    }
    if (!json.wanted()) {
      console.line(
          elected + " elected, " + (chosen.size() - elected - failed) + " as they should be");
    }
    if (failed > 0) {
      throw CommandFailure.failed(
          failed + " partitions got no other leader", "see: millrace broker list");
    }
    return ExitCode.OK;
  }

  private static TreeMap<TopicPartition, Optional<Throwable>> sorted(
      Map<TopicPartition, Optional<Throwable>> results) {
    TreeMap<TopicPartition, Optional<Throwable>> sorted =
        new TreeMap<>(
            java.util.Comparator.comparing(TopicPartition::topic)
                .thenComparingInt(TopicPartition::partition));
    sorted.putAll(results);
    return sorted;
  }

  private void print(TopicPartition partition, String outcome) {
    if (json.wanted()) {
      console.json(
          Json.object(
              "topic", partition.topic(), "partition", partition.partition(), "result", outcome));
    } else {
      console.line(partition + "  " + outcome);
    }
  }
}
