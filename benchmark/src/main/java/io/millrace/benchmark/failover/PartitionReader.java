package io.millrace.benchmark.failover;

import io.millrace.benchmark.load.LoadException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// Reads a topic's partitions from where it stopped the last time, and notes in their books what is
/// there.
final class PartitionReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final List<AckBook> books;
  private boolean assigned;

  PartitionReader(String bootstrap, String topic, List<AckBook> books) {
    this.books = books;
    this.partitions =
        IntStream.range(0, books.size()).mapToObj(i -> new TopicPartition(topic, i)).toList();
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", bootstrap,
                "client.id", "failover-reader",
                "auto.offset.reset", "none",
                "retry.backoff.ms", "20",
                "reconnect.backoff.ms", "20",
                "reconnect.backoff.max.ms", "100",
                "enable.auto.commit", "false",
                "enable.metrics.push", "false"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
  }

  /// Reads until everything that is acknowledged when this is called has been read.
  void readAcknowledged() {
    if (!assigned) {
      consumer.assign(partitions);
      partitions.forEach(partition -> consumer.seek(partition, 0));
      assigned = true;
    }
    long[] last = books.stream().mapToLong(AckBook::lastOffset).toArray();
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!reached(last)) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        books.get(record.partition()).read(SteadyProducer.number(record.value()));
      }
      if (System.nanoTime() - deadline > 0) {
        throw new LoadException("what was acknowledged could not be read back");
      }
    }
  }

  private boolean reached(long[] last) {
    return IntStream.range(0, last.length)
        .allMatch(i -> consumer.position(partitions.get(i)) > last[i]);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
