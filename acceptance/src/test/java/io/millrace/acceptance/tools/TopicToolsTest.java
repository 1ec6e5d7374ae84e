package io.millrace.acceptance.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.KafkaTool;
import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The tools for topics, their configuration and their records.
class TopicToolsTest {
  @RegisterExtension static final Broker broker = Broker.judged();

  @Test
  void topicsCreatesListsDescribesAltersAndDeletes() {
    String topic = Suite.unique("tool");
    assertThat(
            KafkaTool.TOPICS.against(
                broker,
                "--create",
                "--topic",
                topic,
                "--partitions",
                "3",
                "--replication-factor",
                "1",
                "--config",
                "retention.ms=98765"))
        .contains("Created topic " + topic + ".");
    assertThat(KafkaTool.TOPICS.against(broker, "--list").lines()).contains(topic);
    assertThat(KafkaTool.TOPICS.against(broker, "--describe", "--topic", topic))
        .contains("PartitionCount: 3", "ReplicationFactor: 1", "retention.ms=98765")
        .containsPattern("Partition: 2\\s+Leader: 1\\s+Replicas: 1\\s+Isr: 1\\s+Elr:");

    KafkaTool.TOPICS.against(broker, "--alter", "--topic", topic, "--partitions", "5");
    Await.until(
        "five partitions",
        () -> KafkaTool.TOPICS.against(broker, "--describe", "--topic", topic),
        described -> described.contains("PartitionCount: 5"));
    assertThat(KafkaTool.TOPICS.against(broker, "--describe", "--under-replicated-partitions"))
        .isBlank();
    assertThat(KafkaTool.TOPICS.against(broker, "--describe", "--unavailable-partitions"))
        .isBlank();

    KafkaTool.TOPICS.against(broker, "--delete", "--topic", topic);
    Await.until(
        "the topic is gone",
        () -> KafkaTool.TOPICS.against(broker, "--list").lines().toList(),
        list -> !list.contains(topic));
    Program.Ended missing =
        KafkaTool.TOPICS.run(
            "--bootstrap-server", broker.bootstrap(), "--describe", "--topic", topic);
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("does not exist as expected");
  }

  @Test
  void configsAltersAndDescribesTopicsAndBrokers() {
    String topic = broker.clients().topic("tool-configs", 1);
    assertThat(
            KafkaTool.CONFIGS.against(
                broker,
                "--alter",
                "--entity-type",
                "topics",
                "--entity-name",
                topic,
                "--add-config",
                "retention.ms=4444,cleanup.policy=[compact,delete]"))
        .contains("Completed updating config for topic " + topic);
    Await.until(
        "the values are there",
        () ->
            KafkaTool.CONFIGS.against(
                broker, "--describe", "--entity-type", "topics", "--entity-name", topic),
        described ->
            described.contains("retention.ms=4444 sensitive=false")
                && described.contains("DYNAMIC_TOPIC_CONFIG:retention.ms=4444")
                && described.contains("cleanup.policy=compact,delete"));
    KafkaTool.CONFIGS.against(
        broker,
        "--alter",
        "--entity-type",
        "topics",
        "--entity-name",
        topic,
        "--delete-config",
        "retention.ms");
    Await.until(
        "the value is gone",
        () ->
            KafkaTool.CONFIGS.against(
                broker, "--describe", "--entity-type", "topics", "--entity-name", topic),
        described -> !described.contains("retention.ms=4444"));

    assertThat(
            KafkaTool.CONFIGS.against(
                broker,
                "--alter",
                "--entity-type",
                "brokers",
                "--entity-default",
                "--add-config",
                "log.cleaner.backoff.ms=12345"))
        .contains("Completed updating default config for brokers in the cluster");
    Await.until(
        "the default is there",
        () ->
            KafkaTool.CONFIGS.against(
                broker, "--describe", "--entity-type", "brokers", "--entity-default"),
        described -> described.contains("log.cleaner.backoff.ms=12345"));
    assertThat(
            KafkaTool.CONFIGS.against(
                broker, "--describe", "--all", "--entity-type", "brokers", "--entity-name", "1"))
        .contains("log.cleaner.backoff.ms=12345", "node.id=1", "num.io.threads=");
  }

  @Test
  void getOffsetsDeleteRecordsAndLogDirsSeeTheRecords() throws IOException {
    String topic = broker.clients().topic("tool-offsets", 2);
    fill(topic, 40);
    assertThat(offsets(topic, "latest")).contains(topic + ":0:40", topic + ":1:0");
    assertThat(offsets(topic, "earliest")).contains(topic + ":0:0", topic + ":1:0");
    assertThat(offsets(topic, "max-timestamp")).contains(topic + ":0:");

    Path request = Files.createTempFile(Suite.scratch(), "delete", ".json");
    Files.writeString(
        request,
        "{\"version\":1,\"partitions\":[{\"topic\":\"%s\",\"partition\":0,\"offset\":15}]}"
            .formatted(topic));
    assertThat(KafkaTool.DELETE_RECORDS.against(broker, "--offset-json-file", request.toString()))
        .contains("partition: " + topic + "-0\tlow_watermark: 15");
    Files.delete(request);
    assertThat(offsets(topic, "earliest")).contains(topic + ":0:15");

    assertThat(KafkaTool.LOG_DIRS.against(broker, "--describe", "--topic-list", topic))
        .contains("Received log directory information from brokers 1")
        .containsPattern("\"partition\":\"" + topic + "-0\",\"size\":[1-9]")
        .contains("\"error\":null");
  }

  @Test
  void leaderElectionFindsTheLeaderInPlace() {
    String topic = broker.clients().topic("tool-election", 1);
    assertThat(
            KafkaTool.LEADER_ELECTION.against(
                broker, "--election-type", "preferred", "--topic", topic, "--partition", "0"))
        .contains("Valid replica already elected for partitions " + topic + "-0");
  }

  private static String offsets(String topic, String time) {
    return KafkaTool.GET_OFFSETS.against(broker, "--topic", topic, "--time", time);
  }

  private static void fill(String topic, int records) {
    try (Producer<String, String> producer = broker.clients().producer()) {
      List<? extends Future<?>> sent =
          IntStream.range(0, records)
              .mapToObj(i -> producer.send(new ProducerRecord<>(topic, 0, "k", "v" + i)))
              .toList();
      sent.forEach(Clients::get);
    }
  }
}
