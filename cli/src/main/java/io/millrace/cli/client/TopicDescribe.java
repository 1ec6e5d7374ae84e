package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace topic describe`.
@Command(name = "describe", description = "Show partitions: leader, replicas, offsets.")
final class TopicDescribe extends AdminCommand {
  @Parameters(arity = "0..*", paramLabel = "NAME", description = "The topics (default: all).")
  List<String> names = List.of();

  @Option(names = "--no-offsets", description = "Do not ask the leaders for offsets.")
  boolean noOffsets;

  TopicDescribe(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    Collection<String> wanted =
        names.isEmpty() ? Failures.await("topics", admin.listTopics().names()) : names;
    Map<String, TopicDescription> topics = new TreeMap<>();
    admin
        .describeTopics(wanted)
        .topicNameValues()
        .forEach((name, topic) -> topics.put(name, Failures.await("topic " + name, topic)));
    for (TopicDescription topic : topics.values()) {
      describe(admin, topic);
    }
    return ExitCode.OK;
  }

  private void describe(Admin admin, TopicDescription topic) {
    Map<Integer, Long> first = offsets(admin, topic, OffsetSpec.earliest());
    Map<Integer, Long> end = offsets(admin, topic, OffsetSpec.latest());
    List<Map<String, Object>> partitions =
        topic.partitions().stream().map(partition -> describe(partition, first, end)).toList();
    if (json.wanted()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("topic", topic.name());
      line.put("id", topic.topicId().toString());
      line.put("partitions", partitions);
      console.json(line);
      return;
    }
    console.line(topic.name() + "  id " + topic.topicId());
    for (Map<String, Object> partition : partitions) {
      console.line(
          String.format(
              Locale.ROOT,
              "  %4s  leader %s  replicas %s  isr %s  offsets %s to %s",
              partition.get("partition"),
              partition.get("leader"),
              partition.get("replicas"),
              partition.get("isr"),
              partition.getOrDefault("start_offset", "?"),
              partition.getOrDefault("end_offset", "?")));
    }
  }

  private static Map<String, Object> describe(
      TopicPartitionInfo partition, Map<Integer, Long> first, Map<Integer, Long> end) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("partition", partition.partition());
    line.put("leader", partition.leader() == null ? -1 : partition.leader().id());
    line.put("replicas", partition.replicas().stream().map(Node::id).toList());
    line.put("isr", partition.isr().stream().map(Node::id).toList());
    if (end.containsKey(partition.partition())) {
      line.put("start_offset", first.get(partition.partition()));
      line.put("end_offset", end.get(partition.partition()));
    }
    return line;
  }

  private Map<Integer, Long> offsets(Admin admin, TopicDescription topic, OffsetSpec which) {
    if (noOffsets) {
      return Map.of();
    }
    Map<TopicPartition, OffsetSpec> wanted =
        topic.partitions().stream()
            .filter(partition -> partition.leader() != null)
            .collect(
                Collectors.toMap(
                    partition -> new TopicPartition(topic.name(), partition.partition()),
                    _ -> which));
    Map<TopicPartition, ListOffsetsResultInfo> found =
        Failures.await("offsets of " + topic.name(), admin.listOffsets(wanted).all());
    return found.entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().partition(), entry -> entry.getValue().offset()));
  }
}
