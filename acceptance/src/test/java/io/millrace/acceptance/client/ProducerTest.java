package io.millrace.acceptance.client;

import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.Suite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a producer sends is what is stored, and what may not be stored is refused with the error
/// the client expects.
class ProducerTest {
  @RegisterExtension static final Broker broker = Broker.judged();

  @Test
  void storesEachRecordOnceInOrderForAnIdempotentProducer() {
    String topic = broker.clients().topic("idempotent", 1);
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (Producer<String, String> producer = broker.clients().producer("batch.size", 400)) {
      for (int i = 0; i < 2_000; i++) {
        sent.add(producer.send(new ProducerRecord<>(topic, "k", "v" + i)));
      }
      producer.flush();
      for (int i = 0; i < sent.size(); i++) {
        assertThat(get(sent.get(i)).offset()).isEqualTo(i);
      }

      ProducerState state = onlyProducerOf(new TopicPartition(topic, 0));
      assertThat(state.producerEpoch()).isZero();
      assertThat(state.lastSequence()).isEqualTo(1_999);
      assertThat(state.currentTransactionStartOffset()).isEmpty();
    }
    assertThat(values(topic)).isEqualTo(IntStream.range(0, 2_000).mapToObj(i -> "v" + i).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "all"})
  void storesForEveryKindOfAcknowledgement(String acks) {
    String topic = broker.clients().topic("acks-" + acks, 1);
    try (Producer<String, String> producer =
        broker.clients().producer("acks", acks, "enable.idempotence", false)) {
      List<Future<RecordMetadata>> sent =
          IntStream.range(0, 100)
              .mapToObj(i -> producer.send(new ProducerRecord<>(topic, "k", "v" + i)))
              .toList();
      producer.flush();
      assertThat(get(sent.getLast()).offset()).isEqualTo(acks.equals("0") ? -1 : 99);
    }
    Await.until("all 100 records are there", () -> values(topic), values -> values.size() == 100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
  void keepsWhatEveryCodecCompressed(String codec) {
    String topic = broker.clients().topic("codec-" + codec, 1);
    List<String> values =
        IntStream.range(0, 500).mapToObj(i -> "value " + i + " " + "x".repeat(i % 97)).toList();
    sendAll(topic, values, "compression.type", codec, "linger.ms", 50);
    assertThat(values(topic)).isEqualTo(values);
  }

  @ParameterizedTest
  @ValueSource(strings = {"uncompressed", "gzip", "snappy", "lz4", "zstd"})
  void recompressesWhereTheTopicSaysSo(String codec) {
    String topic = broker.clients().topic("recompress", 1, Map.of("compression.type", codec));
    List<String> values = IntStream.range(0, 500).mapToObj(i -> "value " + i).toList();
    sendAll(
        topic, values, "compression.type", codec.equals("lz4") ? "zstd" : "lz4", "linger.ms", 50);
    assertThat(values(topic)).isEqualTo(values);
  }

  @Test
  void keepsHeadersAsTheyWereSent() {
    String topic = broker.clients().topic("headers", 1);
    List<Header> headers =
        List.of(
            new RecordHeader("trace", new byte[] {1, 2, 3}),
            new RecordHeader("trace", new byte[] {4}),
            new RecordHeader("empty", new byte[0]),
            new RecordHeader("nothing", (byte[]) null));
    send(new ProducerRecord<>(topic, null, "k", "v", headers));

    Header[] read = broker.clients().readAll(topic).getFirst().headers().toArray();
    assertThat(read).hasSize(4);
    assertThat(read).containsExactlyElementsOf(headers);
  }

  @Test
  void keepsNullAndEmptyKeysAndValues() {
    String topic = broker.clients().topic("nulls", 1);
    List<@Nullable String[]> pairs = new ArrayList<>();
    pairs.add(new @Nullable String[] {null, "v"});
    pairs.add(new @Nullable String[] {"k", null});
    pairs.add(new @Nullable String[] {null, null});
    pairs.add(new @Nullable String[] {"", ""});
    for (@Nullable String[] pair : pairs) {
      send(new ProducerRecord<>(topic, pair[0], pair[1]));
    }
    List<ConsumerRecord<String, String>> read = broker.clients().readAll(topic);
    assertThat(read.stream().map(one -> new @Nullable String[] {one.key(), one.value()}).toList())
        .containsExactlyElementsOf(pairs);
  }

  @Test
  void keepsTheProducersTimestampOrStampsItsOwn() {
    String created = broker.clients().topic("create-time", 1);
    String appended =
        broker.clients().topic("append-time", 1, Map.of("message.timestamp.type", "LogAppendTime"));
    long before = System.currentTimeMillis();
    send(new ProducerRecord<>(created, 0, 1_000_000L, "k", "v"));
    RecordMetadata stamped = send(new ProducerRecord<>(appended, 0, 1_000_000L, "k", "v"));

    ConsumerRecord<String, String> asCreated = broker.clients().readAll(created).getFirst();
    assertThat(asCreated.timestamp()).isEqualTo(1_000_000L);
    assertThat(asCreated.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
    ConsumerRecord<String, String> asAppended = broker.clients().readAll(appended).getFirst();
    assertThat(asAppended.timestamp()).isBetween(before, System.currentTimeMillis());
    assertThat(asAppended.timestamp()).isEqualTo(stamped.timestamp());
    assertThat(asAppended.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
  }

  @Test
  void refusesATimestampTooFarInTheFuture() {
    String topic = broker.clients().topic("future", 1);
    long inTwoHours = System.currentTimeMillis() + Duration.ofHours(2).toMillis();
    assertThatThrownBy(() -> send(new ProducerRecord<>(topic, 0, inTwoHours, "k", "v")))
        .isInstanceOf(InvalidTimestampException.class);
    assertThat(values(topic)).isEmpty();
  }

  @Test
  void takesRecordsUpToTheTopicsLimitAndRefusesLargerOnes() {
    String topic = broker.clients().topic("limit", 1, Map.of("max.message.bytes", "100000"));
    String fits = "x".repeat(99_900);
    send(new ProducerRecord<>(topic, "k", fits));
    assertThatThrownBy(() -> send(new ProducerRecord<>(topic, "k", "x".repeat(100_000))))
        .isInstanceOf(RecordTooLargeException.class);
    assertThat(values(topic)).containsExactly(fits);
  }

  @Test
  void takesRecordsUpToTheDefaultLimitAndRefusesLargerOnes() {
    String topic = broker.clients().topic("default-limit", 1);
    String fits = "x".repeat(1_048_588 - 100);
    try (Producer<String, String> producer =
        broker.clients().producer("max.request.size", 10_000_000)) {
      get(producer.send(new ProducerRecord<>(topic, "k", fits)));
      assertThatThrownBy(
              () -> get(producer.send(new ProducerRecord<>(topic, "k", "x".repeat(1_048_588)))))
          .isInstanceOf(RecordTooLargeException.class);
      get(producer.send(new ProducerRecord<>(topic, "k", "after")));
    }
    assertThat(values(topic)).containsExactly(fits, "after");
  }

  @Test
  void splitsABatchThatIsTooLargeTogether() {
    String topic = broker.clients().topic("split", 1, Map.of("max.message.bytes", "5000"));
    List<String> values = IntStream.range(0, 100).mapToObj(i -> i + "x".repeat(1_000)).toList();
    sendAll(topic, values, "batch.size", 1_000_000, "linger.ms", 100);
    assertThat(values(topic)).isEqualTo(values);
  }

  @Test
  void refusesRecordsWithoutKeyOnCompactedTopics() {
    String topic = broker.clients().topic("compacted", 1, Map.of("cleanup.policy", "compact"));
    send(new ProducerRecord<>(topic, "k", "v"));
    assertThatThrownBy(() -> send(new ProducerRecord<>(topic, null, "v")))
        .isInstanceOf(InvalidRecordException.class);
    assertThat(values(topic)).containsExactly("v");
  }

  @Test
  void createsATopicThatAProducerNames() {
    String topic = Suite.unique("automatic");
    send(new ProducerRecord<>(topic, "k", "v"));
    assertThat(values(topic)).containsExactly("v");
  }

  @Test
  void refusesANameThatNoTopicMayHave() {
    assertThatThrownBy(() -> send(new ProducerRecord<>("no spaces", "k", "v")))
        .isInstanceOf(InvalidTopicException.class);
  }

  @Test
  void acknowledgesWhatIsFlushedToDisk() {
    String topic = broker.clients().topic("flushed", 1, Map.of("flush.messages", "1"));
    List<String> values = IntStream.range(0, 200).mapToObj(i -> "v" + i).toList();
    sendAll(topic, values, "batch.size", 200);
    assertThat(values(topic)).isEqualTo(values);
  }

  @Test
  void servesARecreatedTopicWithoutTheOldRecords() {
    String topic = broker.clients().topic("again", 1);
    send(new ProducerRecord<>(topic, "k", "old"));
    get(broker.clients().admin().deleteTopics(List.of(topic)).all());
    Await.untilTrue(
        "the name is free again",
        () -> !get(broker.clients().admin().listTopics().names()).contains(topic));
    get(broker.clients().admin().createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all());
    send(new ProducerRecord<>(topic, "k", "new"));
    assertThat(values(topic)).containsExactly("new");
  }

  private static ProducerState onlyProducerOf(TopicPartition partition) {
    List<ProducerState> states =
        get(broker
                .clients()
                .admin()
                .describeProducers(List.of(partition))
                .partitionResult(partition))
            .activeProducers();
    assertThat(states).hasSize(1);
    return states.getFirst();
  }

  private static RecordMetadata send(ProducerRecord<String, String> record) {
    try (Producer<String, String> producer =
        broker.clients().producer("max.request.size", 10_000_000, "max.block.ms", 30_000)) {
      return get(producer.send(record));
    }
  }

  private static void sendAll(String topic, List<String> values, Object... configs) {
    try (Producer<String, String> producer = broker.clients().producer(configs)) {
      List<Future<RecordMetadata>> sent =
          values.stream()
              .map(value -> producer.send(new ProducerRecord<>(topic, "k", value)))
              .toList();
      producer.flush();
      sent.forEach(Clients::get);
    }
  }

  private static List<String> values(String topic) {
    return broker.clients().readAll(topic).stream().map(ConsumerRecord::value).toList();
  }
}
