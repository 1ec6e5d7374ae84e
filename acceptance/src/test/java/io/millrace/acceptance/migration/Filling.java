package io.millrace.acceptance.migration;

import static io.millrace.acceptance.harness.Clients.get;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Clients;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/// Writes of everything a little into a node.
final class Filling {
  private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

  private final Clients clients;

  Filling(Clients clients) {
    this.clients = clients;
  }

  /// Topics of every codec, several segments, timestamps of both types, configuration of a topic
  /// and of the cluster, a topic that is deleted again.
  void topics() {
    Admin admin = clients.admin();
    List<NewTopic> topics = new ArrayList<>();
    CODECS.forEach(codec -> topics.add(topic("codec-" + codec, 2, Map.of())));
    topics.add(
        topic(
            "segments",
            1,
            Map.of(
                TopicConfig.SEGMENT_BYTES_CONFIG,
                "1048576",
                TopicConfig.RETENTION_MS_CONFIG,
                "-1")));
    topics.add(
        topic("stamped", 1, Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime")));
    topics.add(topic("keyed", 1, Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, "compact")));
    topics.add(topic("gone", 1, Map.of()));
    get(admin.createTopics(topics).all());
    CODECS.forEach(codec -> records("codec-" + codec, 2, 40, codec, 20));
    records("segments", 1, 60, "none", 60_000);
    records("stamped", 1, 10, "zstd", 20);
    records("keyed", 1, 10, "none", 20);
    records("gone", 1, 10, "none", 20);
    get(admin.deleteTopics(List.of("gone")).all());
    set(new ConfigResource(ConfigResource.Type.BROKER, ""), "log.retention.ms", "7777777");
    set(
        new ConfigResource(ConfigResource.Type.TOPIC, "codec-none"),
        "max.message.bytes",
        "2000000");
  }

  /// A topic whose first records are deleted. Where the log now begins is written down from time to
  /// time only: a kill may bring them back, in either software.
  void trimmed() {
    get(clients.admin().createTopics(List.of(topic("trimmed", 1, Map.of()))).all());
    records("trimmed", 1, 30, "lz4", 20);
    TopicPartition partition = new TopicPartition("trimmed", 0);
    get(clients.admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(12))).all());
  }

  /// A topic with a committed and an aborted transaction.
  void transactions() {
    get(clients.admin().createTopics(List.of(topic("settled", 1, Map.of()))).all());
    try (Producer<String, String> producer = clients.producer("transactional.id", "settler")) {
      producer.initTransactions();
      producer.beginTransaction();
      send(producer, "settled", 0, 5);
      producer.commitTransaction();
      producer.beginTransaction();
      send(producer, "settled", 5, 10);
      producer.abortTransaction();
    }
  }

  /// A topic with few records, which makes the node's metadata and one log grow.
  void one(String name) {
    get(clients.admin().createTopics(List.of(topic(name, 2, Map.of()))).all());
    records(name, 2, 10, "lz4", 20);
  }

  /// Reads half of a topic's records as a member of a group of this protocol, and commits.
  void group(String name, String protocol, String topic) {
    try (Consumer<String, String> consumer =
        clients.consumer("group.id", name, "group.protocol", protocol, "max.poll.records", 10)) {
      consumer.subscribe(List.of(topic));
      Await.untilTrue(
          name + " gets records", () -> !consumer.poll(Duration.ofMillis(200)).isEmpty());
      consumer.commitSync();
    }
  }

  /// Sends through a producer that lives longer than the node.
  static void send(Producer<String, String> producer, String topic, int from, int to) {
    List<? extends Future<?>> sent =
        IntStream.range(from, to)
            .mapToObj(i -> producer.send(new ProducerRecord<>(topic, 0, "k", "v" + i)))
            .toList();
    producer.flush();
    sent.forEach(Clients::get);
  }

  private void records(String topic, int partitions, int count, String codec, int size) {
    try (Producer<String, String> producer =
        clients.producer("compression.type", codec, "linger.ms", 5, "batch.size", 400)) {
      List<Future<?>> sent = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String value =
            IntStream.range(0, 1 + size / 8)
                .mapToObj(n -> Integer.toHexString(n * 0x1e3779b1))
                .collect(Collectors.joining());
        ProducerRecord<String, String> record =
            new ProducerRecord<>(topic, i % partitions, "key" + i % 7, i + value);
        record.headers().add("number", Integer.toString(i).getBytes(StandardCharsets.UTF_8));
        sent.add(producer.send(record));
      }
      producer.flush();
      sent.forEach(Clients::get);
    }
  }

  private void set(ConfigResource resource, String key, String value) {
    AlterConfigOp op = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    get(clients.admin().incrementalAlterConfigs(Map.of(resource, List.of(op))).all());
  }

  private static NewTopic topic(String name, int partitions, Map<String, String> configs) {
    return new NewTopic(name, partitions, (short) 1).configs(configs);
  }
}
