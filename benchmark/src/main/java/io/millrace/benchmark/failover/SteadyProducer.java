package io.millrace.benchmark.failover;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// A Java producer with a thread of its own that sends to one partition at a steady rate whatever
/// the brokers do: idempotent, `acks=all`, no linger, impatient in all that it retries.
final class SteadyProducer implements AutoCloseable {
  private static final int PER_SECOND = 100;
  private static final int RECORD_BYTES = 100;

  private final String topic;
  private final int partition;
  private final AckBook book;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Thread thread;
  private volatile boolean closing;
  private volatile @Nullable Exception failure;

  SteadyProducer(String bootstrap, String topic, int partition, AckBook book) {
    this.topic = topic;
    this.partition = partition;
    this.book = book;
    this.producer =
        new KafkaProducer<>(
            Map.ofEntries(
                Map.entry("bootstrap.servers", bootstrap),
                Map.entry("client.id", "failover-" + partition),
                Map.entry("acks", "all"),
                Map.entry("enable.idempotence", "true"),
                Map.entry("linger.ms", "0"),
                Map.entry("retry.backoff.ms", "20"),
                Map.entry("retry.backoff.max.ms", "100"),
                Map.entry("reconnect.backoff.ms", "20"),
                Map.entry("reconnect.backoff.max.ms", "100"),
                Map.entry("request.timeout.ms", "1000"),
                Map.entry("socket.connection.setup.timeout.ms", "500"),
                Map.entry("delivery.timeout.ms", "120000"),
                Map.entry("enable.metrics.push", "false")),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    this.thread = Thread.ofPlatform().daemon().name("produce-" + partition).start(this::produce);
  }

  private void produce() {
    long interval = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
    long next = System.nanoTime();
    for (int i = 0; !closing && failure == null; i++) {
      int number = i;
      byte[] value = ByteBuffer.allocate(RECORD_BYTES).putInt(number).array();
      try {
        producer.send(
            new ProducerRecord<>(topic, partition, null, value),
            (record, failed) -> {
              if (failed == null) {
                book.acknowledge(number, record.offset(), System.nanoTime());
              } else {
                failure = failed;
              }
            });
      } catch (RuntimeException e) {
        failure = e;
      }
      next += interval;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  /// The number of the record in `value`.
  static int number(byte[] value) {
    return ByteBuffer.wrap(value).getInt();
  }

  /// What a record failed with for good; null while none has.
  @Nullable Exception failure() {
    return failure;
  }

  /// Stops sending; what is under way is given up.
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    producer.close(java.time.Duration.ZERO);
  }
}
