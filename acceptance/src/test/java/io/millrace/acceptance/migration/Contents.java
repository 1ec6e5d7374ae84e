package io.millrace.acceptance.migration;

import static io.millrace.acceptance.harness.Clients.at;
import static io.millrace.acceptance.harness.Clients.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Clients;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.assertj.core.api.SoftAssertions;

/// All that a node serves, in words, so that two nodes can be compared and a difference be read:
/// the cluster's id, topics with ids, configuration and every record as a consumer gets it,
/// offsets, the producers' last sequences, groups and their commits.
final class Contents {

  private Contents() {}

  /// Asks for everything. Nothing may be written meanwhile.
  static SortedMap<String, List<String>> of(Clients clients) {
    Admin admin = clients.admin();
    SortedMap<String, List<String>> all = new TreeMap<>();
    all.put("cluster", List.of(get(admin.describeCluster().clusterId())));
    all.put("cluster config", configOf(admin, new ConfigResource(ConfigResource.Type.BROKER, "")));
    List<String> names = get(admin.listTopics().names()).stream().sorted().toList();
    all.put("topics", names);
    for (TopicDescription topic : get(admin.describeTopics(names).allTopicNames()).values()) {
      all.put("topic " + topic.name(), topic(admin, topic));
      topic.partitions().stream()
          .map(partition -> new TopicPartition(topic.name(), partition.partition()))
          .forEach(partition -> all.put("partition " + partition, partition(admin, partition)));
      all.put(
          "records " + topic.name(),
          clients.readAll(topic.name(), "fetch.max.wait.ms", 10).stream()
              .map(Contents::record)
              .toList());
      all.put(
          "committed offsets " + topic.name(),
          clients
              .readAll(topic.name(), "fetch.max.wait.ms", 10, "isolation.level", "read_committed")
              .stream()
              .map(record -> record.partition() + "@" + record.offset())
              .toList());
    }
    get(admin.listGroups().all())
        .forEach(group -> all.put("group " + group.groupId(), group(admin, group.groupId())));
    return all;
  }

  /// Fails with what differs and no more.
  static void same(
      String by, SortedMap<String, List<String>> actual, SortedMap<String, List<String>> expected) {
    assertThat(actual.keySet()).as("served by %s", by).isEqualTo(expected.keySet());
    SoftAssertions.assertSoftly(softly ->
        expected.forEach((heading, lines) ->
            softly
                .assertThat(actual.get(heading))
                .as("%s, served by %s", heading, by)
                .isEqualTo(lines)));
  }

  private static List<String> topic(Admin admin, TopicDescription topic) {
    List<String> lines = new ArrayList<>();
    lines.add("id " + topic.topicId() + ", partitions " + topic.partitions().size());
    lines.addAll(configOf(admin, new ConfigResource(ConfigResource.Type.TOPIC, topic.name())));
    return lines;
  }

  /// What was set by somebody, not defaults.
  private static List<String> configOf(Admin admin, ConfigResource resource) {
    return at(get(admin.describeConfigs(List.of(resource)).all()), resource).entries().stream()
        .filter(entry ->
            entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG
                || entry.source() == ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG)
        .map(entry -> entry.name() + "=" + entry.value())
        .sorted()
        .toList();
  }

  private static List<String> partition(Admin admin, TopicPartition partition) {
    List<String> lines = new ArrayList<>();
    lines.add("earliest " + offset(admin, partition, OffsetSpec.earliest()));
    lines.add("latest " + offset(admin, partition, OffsetSpec.latest()));
    lines.add("max timestamp " + offset(admin, partition, OffsetSpec.maxTimestamp()));
    get(admin.describeProducers(List.of(partition)).partitionResult(partition))
        .activeProducers()
        .stream()
        .map(producer ->
            "producer %d epoch %d sequence %d"
                .formatted(
                    producer.producerId(), producer.producerEpoch(), producer.lastSequence()))
        .sorted()
        .forEach(lines::add);
    return lines;
  }

  private static long offset(Admin admin, TopicPartition partition, OffsetSpec spec) {
    return get(admin.listOffsets(Map.of(partition, spec)).partitionResult(partition)).offset();
  }

  private static String record(ConsumerRecord<String, String> record) {
    String headers =
        StreamSupport.stream(record.headers().spliterator(), false)
            .map(header -> header.key() + ":" + new String(header.value(), UTF_8))
            .collect(Collectors.joining(","));
    return record.partition()
        + "@"
        + record.offset()
        + " epoch "
        + record.leaderEpoch().orElse(-1)
        + " "
        + record.timestampType()
        + " "
        + record.timestamp()
        + " "
        + record.key()
        + "="
        + record.value()
        + " {"
        + headers
        + "}";
  }

  private static List<String> group(Admin admin, String group) {
    return get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .entrySet()
        .stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .sorted()
        .toList();
  }
}
