package io.millrace.acceptance.chaos;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringDeserializer;

/// A member of a consumer group on a thread of its own, which commits what it was delivered.
final class Reader implements AutoCloseable, ConsumerRebalanceListener {
  private final String name;
  private final GroupLedger group;
  private final Ledger ledger;
  private final KafkaConsumer<String, String> consumer;
  private final Map<Integer, Long> positions = new HashMap<>();
  private final Thread thread;
  private volatile boolean finished;

  /// @param configs by Kafka's names; `auto.offset.reset` should be `none`
  Reader(String name, String topic, GroupLedger group, Ledger ledger, Map<String, Object> configs) {
    this.name = name;
    this.group = group;
    this.ledger = ledger;
    this.consumer =
        new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer());
    this.thread = Thread.ofPlatform().daemon().name("reader-" + name).start(() -> read(topic));
  }

  private void read(String topic) {
    try {
      consumer.subscribe(List.of(topic), this);
      while (!finished) {
        poll();
      }
    } catch (KafkaException e) {
      ledger.violate(name + " failed: " + e);
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(5)));
    }
  }

  private void poll() {
    Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
    for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
      long expected = positions.getOrDefault(record.partition(), -1L);
      group.deliver(name, record.partition(), expected, record.offset(), record.value());
      positions.put(record.partition(), record.offset() + 1);
      done.put(
          new TopicPartition(record.topic(), record.partition()),
          new OffsetAndMetadata(record.offset() + 1));
    }
    if (!done.isEmpty()) {
      commit(done);
    }
  }

  /// What fails is not committed, as far as this member knows.
  private void commit(Map<TopicPartition, OffsetAndMetadata> done) {
    try {
      consumer.commitSync(done);
      done.forEach((partition, offset) -> group.commit(partition.partition(), offset.offset()));
    } catch (CommitFailedException
        | RetriableCommitFailedException
        | RebalanceInProgressException
        | TimeoutException _) {
      // The group was shuffled, or no coordinator answered: the records will come again.
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    for (TopicPartition partition : partitions) {
      long committed = group.committed(partition.partition());
      while (!finished) {
        try {
          long position = consumer.position(partition);
          positions.put(partition.partition(), position);
          group.begin(name, partition.partition(), position, committed);
          break;
        } catch (TimeoutException _) {
          // No coordinator for a minute: it is asked again.
        }
      }
    }
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> positions.remove(partition.partition()));
  }

  /// Leaves the group.
  void finish() {
    finished = true;
    try {
      thread.join(Duration.ofSeconds(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    finish();
  }
}
