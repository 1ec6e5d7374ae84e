package io.millrace.acceptance.chaos;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/// A Java producer, idempotent and with `acks=all`, that sends numbers into each partition from a
/// thread of its own, and never gives up.
final class Writer implements AutoCloseable {
  private static final long PAUSE_NANOS = 20_000_000;
  private static final int MAX_PENDING = 2_000;

  private final String name;
  private final String topic;
  private final int partitions;
  private final Ledger ledger;
  private final KafkaProducer<String, String> producer;
  private final Thread thread;
  private volatile boolean finished;

  /// @param configs by Kafka's names, `bootstrap.servers` among them
  Writer(String name, String topic, int partitions, Ledger ledger, Map<String, Object> configs) {
    this.name = name;
    this.topic = topic;
    this.partitions = partitions;
    this.ledger = ledger;
    this.producer = new KafkaProducer<>(configs, new StringSerializer(), new StringSerializer());
    this.thread = Thread.ofPlatform().daemon().name("writer-" + name).start(this::write);
  }

  String name() {
    return name;
  }

  private void write() {
    while (!finished) {
      for (int partition = 0; partition < partitions; partition++) {
        if (ledger.pending(name, partition) < MAX_PENDING) {
          send(partition);
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void send(int partition) {
    String value = ledger.send(name, partition);
    try {
      producer.send(
          new ProducerRecord<>(topic, partition, null, value),
          (metadata, failure) -> {
            if (failure != null) {
              ledger.fail(value, partition, failure.toString());
            } else {
              ledger.acknowledge(value, partition, metadata.hasOffset() ? metadata.offset() : -1);
            }
          });
    } catch (RuntimeException e) {
      ledger.fail(value, partition, e.toString());
    }
  }

  /// Sends nothing more, and waits until all is acknowledged.
  void finish() {
    finished = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    producer.flush();
  }

  @Override
  public void close() {
    finished = true;
    producer.close(Duration.ZERO);
  }
}
