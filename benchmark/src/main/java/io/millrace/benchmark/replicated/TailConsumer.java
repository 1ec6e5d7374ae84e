package io.millrace.benchmark.replicated;

import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.LoadException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/// A Java consumer of all partitions from their beginning, on a thread of its own, which notes what
/// it reads and how old it was.
final class TailConsumer implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final long PATIENCE_MS = TimeUnit.SECONDS.toMillis(60);

  private final String bootstrap;
  private final List<TopicPartition> partitions;
  private final Ledger read;
  private final Thread thread;
  private volatile Histogram ages;
  private volatile long wanted = Long.MAX_VALUE;
  private volatile @Nullable RuntimeException failure;

  /// @param read belongs to the consumer's thread until [#awaitAll] has returned
  /// @param ages of records, in nanoseconds
  TailConsumer(String bootstrap, String topic, Ledger read, Histogram ages) {
    this.bootstrap = bootstrap;
    this.partitions =
        IntStream.range(0, read.partitions()).mapToObj(i -> new TopicPartition(topic, i)).toList();
    this.read = read;
    this.ages = ages;
    this.thread = Thread.ofPlatform().daemon().name("consume " + topic).start(this::consume);
  }

  /// Where ages go from now on.
  void note(Histogram into) {
    ages = into;
  }

  /// Waits until it has read `records` records in all, and ends it.
  void awaitAll(long records) {
    wanted = records;
    try {
      thread.join(PATIENCE_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure != null || thread.isAlive()) {
      throw new LoadException("what was acknowledged could not be read", failure);
    }
  }

  private void consume() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", bootstrap,
                "auto.offset.reset", "earliest",
                "enable.auto.commit", "false",
                "enable.metrics.push", "false"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (read.records() < wanted) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          read.add(record.partition(), record.offset(), 1);
          ages.recordValue(Math.max(0, System.nanoTime() - Flow.stamp(record.value())));
        }
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  @Override
  public void close() {
    wanted = 0;
  }
}
