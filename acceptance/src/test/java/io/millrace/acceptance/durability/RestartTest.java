package io.millrace.acceptance.durability;

import static io.millrace.acceptance.harness.Clients.at;
import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Clients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A broker that was stopped cleanly or killed comes back with its topics, configuration, records,
/// deleted records, commits, group configuration and producer sequences, at the same address and as
/// the same cluster.
class RestartTest {
  private static final String GROUP = "restarted";

  /// How the broker ends before it is started again.
  enum Ending {
    CLEAN(Broker::stop),
    KILLED(Broker::kill);

    private final java.util.function.Consumer<Broker> how;

    Ending(java.util.function.Consumer<Broker> how) {
      this.how = how;
    }
  }

  @ParameterizedTest
  @EnumSource
  void keepsEverything(Ending ending) {
    try (Broker broker = Broker.judged().open()) {
      Clients clients = broker.clients();
      Admin admin = clients.admin();
      String clusterId = get(admin.describeCluster().clusterId());
      String topic = clients.topic("kept", 2, Map.of("retention.ms", "7654321"));
      String dropped = clients.topic("dropped", 1);
      TopicPartition zero = new TopicPartition(topic, 0);
      Uuid topicId = id(admin, topic);
      set(
          admin,
          new ConfigResource(ConfigResource.Type.TOPIC, topic),
          "max.message.bytes",
          "54321");
      set(admin, new ConfigResource(ConfigResource.Type.BROKER, ""), "log.retention.ms", "7777777");

      try (Producer<String, String> producer = clients.producer("delivery.timeout.ms", 120_000)) {
        send(producer, topic, 0, 100);
        get(admin.deleteRecords(Map.of(zero, RecordsToDelete.beforeOffset(10))).all());
        commit(clients, zero, 42);
        get(admin.deleteTopics(List.of(dropped)).all());

        ending.how.accept(broker);
        broker.start();

        send(producer, topic, 100, 200);
      }

      assertThat(get(admin.describeCluster().clusterId())).isEqualTo(clusterId);
      assertThat(get(admin.listTopics().names())).contains(topic).doesNotContain(dropped);
      assertThat(id(admin, topic)).isEqualTo(topicId);
      ConfigResource topicConfig = new ConfigResource(ConfigResource.Type.TOPIC, topic);
      assertThat(value(admin, topicConfig, "retention.ms")).isEqualTo("7654321");
      assertThat(value(admin, topicConfig, "max.message.bytes")).isEqualTo("54321");
      assertThat(
              value(admin, new ConfigResource(ConfigResource.Type.BROKER, "1"), "log.retention.ms"))
          .isEqualTo("7777777");

      List<Integer> numbers =
          clients.readAll(topic).stream()
              .map(record -> Integer.parseInt(record.value().substring(1)))
              .toList();
      // A new start offset is written down from time to time only: a kill may bring deleted records
      // back.
      int first = ending == Ending.CLEAN ? 10 : numbers.getFirst();
      assertThat(first).isLessThanOrEqualTo(10);
      assertThat(numbers).isEqualTo(IntStream.range(first, 200).boxed().toList());
      assertThat(committed(admin)).containsEntry(zero, new OffsetAndMetadata(42, "note"));

      List<ProducerState> producers =
          get(admin.describeProducers(List.of(zero)).partitionResult(zero)).activeProducers();
      assertThat(producers).hasSize(1);
      assertThat(producers.getFirst().lastSequence()).isEqualTo(199);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConsumerGroupGoesOnWhereItWas(Ending ending) {
    try (Broker broker = Broker.judged().open()) {
      Clients clients = broker.clients();
      for (String protocol : List.of("classic", "consumer")) {
        String topic = clients.topic("group-" + protocol, 1);
        try (Producer<String, String> producer = clients.producer("delivery.timeout.ms", 120_000);
            var consumer = clients.consumer("group.id", topic, "group.protocol", protocol)) {
          consumer.subscribe(List.of(topic));
          send(producer, topic, 0, 10);
          assertThat(take(consumer, 10).getLast().value()).isEqualTo("v9");
          consumer.commitSync();

          ending.how.accept(broker);
          broker.start();

          send(producer, topic, 10, 20);
          assertThat(take(consumer, 10).stream().map(ConsumerRecord::value))
              .isEqualTo(IntStream.range(10, 20).mapToObj(i -> "v" + i).toList());
          consumer.commitSync();
        }
      }
    }
  }

  private static List<ConsumerRecord<String, String>> take(
      Consumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> taken = new ArrayList<>();
    Await.untilTrue(
        count + " records arrive",
        () -> {
          consumer.poll(Duration.ofMillis(100)).forEach(taken::add);
          return taken.size() >= count;
        });
    return taken;
  }

  private static void send(Producer<String, String> producer, String topic, int from, int to) {
    List<? extends Future<?>> sent =
        IntStream.range(from, to)
            .mapToObj(i -> producer.send(new ProducerRecord<>(topic, 0, "k", "v" + i)))
            .toList();
    producer.flush();
    sent.forEach(Clients::get);
  }

  private static void commit(Clients clients, TopicPartition partition, long offset) {
    try (var consumer = clients.consumer("group.id", GROUP)) {
      consumer.assign(List.of(partition));
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset, "note")));
    }
  }

  private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin) {
    return get(admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata());
  }

  private static void set(Admin admin, ConfigResource resource, String key, String value) {
    AlterConfigOp op = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    get(admin.incrementalAlterConfigs(Map.of(resource, List.of(op))).all());
  }

  private static String value(Admin admin, ConfigResource resource, String key) {
    return at(get(admin.describeConfigs(List.of(resource)).all()), resource).get(key).value();
  }

  private static Uuid id(Admin admin, String topic) {
    return at(get(admin.describeTopics(List.of(topic)).allTopicNames()), topic).topicId();
  }
}
