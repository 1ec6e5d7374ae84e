package io.millrace.acceptance.client;

import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.Suite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A consumer that chooses its partitions itself: positions, times, long polls, limits, commits
/// without a group's membership.
class ConsumerTest {
  @RegisterExtension static final Broker broker = Broker.judged();

  @Test
  void seeksToAnyOffsetAlsoInTheMiddleOfABatch() {
    TopicPartition partition = filled("seek", 100);
    try (Consumer<String, String> consumer = assigned(partition)) {
      consumer.seek(partition, 57);
      assertThat(next(consumer).offset()).isEqualTo(57);
      consumer.seekToBeginning(List.of(partition));
      assertThat(next(consumer).value()).isEqualTo("v0");
      consumer.seekToEnd(List.of(partition));
      assertThat(consumer.position(partition)).isEqualTo(100);
      consumer.seek(partition, 99);
      assertThat(next(consumer).value()).isEqualTo("v99");
    }
  }

  @Test
  void knowsBeginningAndEnd() {
    TopicPartition partition = filled("ends", 10);
    try (Consumer<String, String> consumer = assigned(partition)) {
      assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 0L);
      assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, 10L);
    }
  }

  @Test
  void findsOffsetsByTime() {
    String topic = broker.clients().topic("times", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    long start = System.currentTimeMillis() - 1_000_000;
    try (Producer<String, String> producer = broker.clients().producer()) {
      for (int i = 0; i < 10; i++) {
        get(producer.send(new ProducerRecord<>(topic, 0, start + i * 1_000L, "k", "v" + i)));
      }
    }
    try (Consumer<String, String> consumer = assigned(partition)) {
      assertThat(offsetFor(consumer, partition, start + 3_500))
          .isEqualTo(new OffsetAndTimestamp(4, start + 4_000, Optional.of(0)));
      assertThat(offsetFor(consumer, partition, start + 4_000).offset()).isEqualTo(4);
      assertThat(offsetFor(consumer, partition, 0).offset()).isZero();
      assertThat(consumer.offsetsForTimes(Map.of(partition, start + 100_000)).get(partition))
          .isNull();
    }
  }

  @Test
  void findsOffsetsByTimeInsideABatch() {
    String topic = broker.clients().topic("times-in-batch", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    long start = System.currentTimeMillis() - 1_000_000;
    try (Producer<String, String> producer =
        broker.clients().producer("linger.ms", 200, "compression.type", "lz4")) {
      for (int i = 0; i < 100; i++) {
        producer.send(new ProducerRecord<>(topic, 0, start + i * 10L, "k", "v" + i));
      }
      producer.flush();
    }
    try (Consumer<String, String> consumer = assigned(partition)) {
      assertThat(offsetFor(consumer, partition, start + 505).offset()).isEqualTo(51);
    }
  }

  @Test
  void resetsAPositionThatIsOutOfRange() {
    TopicPartition partition = filled("range", 10);
    try (Consumer<String, String> consumer = assigned(partition, "auto.offset.reset", "earliest")) {
      consumer.seek(partition, 1_000);
      assertThat(next(consumer).offset()).isZero();
    }
    try (Consumer<String, String> consumer = assigned(partition, "auto.offset.reset", "none")) {
      consumer.seek(partition, 1_000);
      assertThat(refusal(consumer)).isInstanceOf(OffsetOutOfRangeException.class);
    }
  }

  @Test
  void deliversNothingFromAPausedPartition() {
    String topic = broker.clients().topic("pause", 2);
    TopicPartition paused = new TopicPartition(topic, 0);
    TopicPartition flowing = new TopicPartition(topic, 1);
    fill(topic, 0, 5);
    fill(topic, 1, 5);
    try (Consumer<String, String> consumer = broker.clients().consumer()) {
      consumer.assign(List.of(paused, flowing));
      consumer.pause(List.of(paused));
      assertThat(take(consumer, 5)).allMatch(record -> record.partition() == 1);
      assertThat(consumer.paused()).containsExactly(paused);
      consumer.resume(List.of(paused));
      assertThat(take(consumer, 5)).allMatch(record -> record.partition() == 0);
    }
  }

  @Test
  void answersALongPollAsSoonAsARecordArrives() {
    String topic = broker.clients().topic("long-poll", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Consumer<String, String> consumer = assigned(partition, "fetch.max.wait.ms", 25_000)) {
      assertThat(consumer.poll(Duration.ofMillis(500))).isEmpty();
      long before = System.nanoTime();
      fill(topic, 0, 1);
      next(consumer);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
      // Else it would wait for the answer to its next long poll.
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  @Test
  void holdsAFetchUntilEnoughBytesAreThere() {
    String topic = broker.clients().topic("min-bytes", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Consumer<String, String> consumer =
        assigned(partition, "fetch.min.bytes", 20_000, "fetch.max.wait.ms", 3_000)) {
      assertThat(consumer.poll(Duration.ofMillis(200))).isEmpty();
      fill(topic, 0, 1);
      long before = System.nanoTime();
      next(consumer);
      Duration waited = Duration.ofNanos(System.nanoTime() - before);
      assertThat(waited).as("the record alone is too small").isGreaterThan(Duration.ofMillis(500));
    }
  }

  @Test
  void makesProgressOverARecordLargerThanTheFetchLimits() {
    String topic = broker.clients().topic("large-fetch", 1);
    TopicPartition partition = new TopicPartition(topic, 0);
    String large = "x".repeat(300_000);
    try (Producer<String, String> producer = broker.clients().producer()) {
      get(producer.send(new ProducerRecord<>(topic, 0, "k", "before")));
      get(producer.send(new ProducerRecord<>(topic, 0, "k", large)));
      get(producer.send(new ProducerRecord<>(topic, 0, "k", "after")));
    }
    try (Consumer<String, String> consumer =
        assigned(partition, "max.partition.fetch.bytes", 1_000, "fetch.max.bytes", 2_000)) {
      assertThat(take(consumer, 3).stream().map(ConsumerRecord::value))
          .containsExactly("before", large, "after");
    }
  }

  @Test
  void readsManyPartitionsWithSmallFetchesEachInOrder() {
    String topic = broker.clients().topic("many", 12);
    List<TopicPartition> partitions =
        IntStream.range(0, 12).mapToObj(i -> new TopicPartition(topic, i)).toList();
    for (int i = 0; i < 12; i++) {
      fill(topic, i, 200);
    }
    try (Consumer<String, String> consumer =
        broker.clients().consumer("fetch.max.bytes", 4_000, "max.partition.fetch.bytes", 1_000)) {
      consumer.assign(partitions);
      List<ConsumerRecord<String, String>> all = take(consumer, 12 * 200);
      for (int i = 0; i < 12; i++) {
        int partition = i;
        assertThat(
                all.stream()
                    .filter(one -> one.partition() == partition)
                    .map(ConsumerRecord::offset))
            .isEqualTo(IntStream.range(0, 200).mapToObj(Long::valueOf).toList());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"read_uncommitted", "read_committed"})
  void readsPlainRecordsInBothIsolationLevels(String isolation) {
    TopicPartition partition = filled("isolation", 10);
    try (Consumer<String, String> consumer = assigned(partition, "isolation.level", isolation)) {
      assertThat(take(consumer, 10)).hasSize(10);
      assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, 10L);
      assertThat(consumer.currentLag(partition)).hasValue(0);
    }
  }

  @Test
  void skipsToTheFirstRecordThatIsLeftAfterDeletion() {
    TopicPartition partition = filled("deleted", 10);
    get(
        broker
            .clients()
            .admin()
            .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4)))
            .all());
    try (Consumer<String, String> consumer = assigned(partition)) {
      assertThat(next(consumer).offset()).isEqualTo(4);
      assertThat(consumer.beginningOffsets(List.of(partition))).containsEntry(partition, 4L);
    }
  }

  @Test
  void keepsCommitsWithTheirMetadata() {
    TopicPartition partition = filled("commits", 10);
    String group = Suite.unique("commits");
    OffsetAndMetadata commit = new OffsetAndMetadata(5, Optional.of(0), "as far as this");
    try (Consumer<String, String> consumer = assigned(partition, "group.id", group)) {
      assertThat(consumer.committed(Collections.singleton(partition)).get(partition)).isNull();
      consumer.commitSync(Map.of(partition, commit));
      assertThat(consumer.committed(Collections.singleton(partition)))
          .containsEntry(partition, commit);
    }
    try (Consumer<String, String> consumer = assigned(partition, "group.id", group)) {
      assertThat(next(consumer).offset()).isEqualTo(5);
      List<Exception> failures = new ArrayList<>();
      List<Map<TopicPartition, OffsetAndMetadata>> done = new ArrayList<>();
      consumer.commitAsync((offsets, failure) -> {
        if (failure != null) {
          failures.add(failure);
        }
        done.add(offsets);
      });
      Await.untilTrue(
          "the asynchronous commit is answered",
          () -> {
            consumer.poll(Duration.ofMillis(50));
            return !done.isEmpty();
          });
      assertThat(failures).isEmpty();
    }
  }

  private static OffsetAndTimestamp offsetFor(
      Consumer<String, String> consumer, TopicPartition partition, long time) {
    OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, time)).get(partition);
    assertThat(found).isNotNull();
    return Objects.requireNonNull(found);
  }

  private static TopicPartition filled(String what, int records) {
    String topic = broker.clients().topic(what, 1);
    fill(topic, 0, records);
    return new TopicPartition(topic, 0);
  }

  private static void fill(String topic, int partition, int records) {
    try (Producer<String, String> producer = broker.clients().producer("linger.ms", 20)) {
      List<? extends Future<?>> sent =
          IntStream.range(0, records)
              .mapToObj(i -> producer.send(new ProducerRecord<>(topic, partition, "k", "v" + i)))
              .toList();
      producer.flush();
      sent.forEach(Clients::get);
    }
  }

  private static Consumer<String, String> assigned(TopicPartition partition, Object... configs) {
    Consumer<String, String> consumer = broker.clients().consumer(configs);
    consumer.assign(List.of(partition));
    return consumer;
  }

  private static ConsumerRecord<String, String> next(Consumer<String, String> consumer) {
    return Await.until(
            "a record arrives",
            () -> consumer.poll(Duration.ofMillis(200)),
            records -> !records.isEmpty())
        .iterator()
        .next();
  }

  private static KafkaException refusal(Consumer<String, String> consumer) {
    return Await.until(
            "a poll fails",
            () -> {
              try {
                consumer.poll(Duration.ofMillis(200));
                return Optional.<KafkaException>empty();
              } catch (KafkaException e) {
                return Optional.of(e);
              }
            },
            Optional::isPresent)
        .orElseThrow();
  }

  private static List<ConsumerRecord<String, String>> take(
      Consumer<String, String> consumer, int count) {
    List<ConsumerRecord<String, String>> taken = new ArrayList<>();
    Await.untilTrue(
        count + " records arrive",
        () -> {
          consumer.poll(Duration.ofMillis(200)).forEach(taken::add);
          return taken.size() >= count;
        });
    assertThat(taken).hasSize(count);
    return taken;
  }
}
