package io.millrace.benchmark.row;

import io.millrace.benchmark.load.LoadException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/// A Java consumer, alone in its group, on a thread of its own. Waits with everything paused until
/// it is told to read.
final class GroupReader {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long TIMEOUT_SECONDS = 120;

  private final Topic topic;
  private final String group;
  private final CountDownLatch assigned = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);
  private final Thread thread;
  private volatile long wanted = Long.MAX_VALUE;
  private volatile boolean closed;
  private volatile @Nullable RuntimeException failure;
  private volatile long records;
  private volatile long bytes;

  GroupReader(Topic topic, String group) {
    this.topic = topic;
    this.group = group;
    this.thread = Thread.ofPlatform().daemon().name(group).start(this::consume);
  }

  /// Waits until the group has given it its partitions.
  void awaitAssigned() {
    await(assigned);
  }

  /// Lets it read until it has `records` records.
  void read(long records) {
    wanted = records;
    go.countDown();
  }

  void awaitDone() {
    try {
      thread.join(TimeUnit.SECONDS.toMillis(TIMEOUT_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure != null || thread.isAlive()) {
      throw new LoadException("group " + group + " did not read everything", failure);
    }
  }

  long records() {
    return records;
  }

  /// Bytes of the values.
  long bytes() {
    return bytes;
  }

  void close() {
    closed = true;
    go.countDown();
  }

  private void consume() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(topic.name()), new PauseAtFirst(consumer));
      while (consumer.assignment().size() < topic.partitions() && !closed) {
        consumer.poll(POLL);
      }
      assigned.countDown();
      await(go);
      consumer.resume(consumer.assignment());
      long count = 0;
      long size = 0;
      while (count < wanted && !closed) {
        ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
        for (ConsumerRecord<byte[], byte[]> each : polled) {
          count++;
          size += each.serializedValueSize();
        }
      }
      records = count;
      bytes = size;
    } catch (RuntimeException e) {
      failure = e;
      assigned.countDown();
    }
  }

  /// Keeps a consumer from fetching anything once it has its partitions.
  private record PauseAtFirst(KafkaConsumer<byte[], byte[]> consumer)
      implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      consumer.pause(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
  }

  private Properties properties() {
    Properties properties = new Properties();
    properties.put(
        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
        topic.address().getHostString() + ":" + topic.address().getPort());
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return properties;
  }

  private void await(CountDownLatch latch) {
    try {
      if (!latch.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new LoadException("group " + group + " waited too long");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw new LoadException("group " + group + " failed", failure);
    }
  }
}
