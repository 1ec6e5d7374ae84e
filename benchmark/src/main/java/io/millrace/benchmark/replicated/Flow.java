package io.millrace.benchmark.replicated;

import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.LoadException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// A Java producer of stamped records, `acks=all` and idempotent, which goes round the partitions.
final class Flow implements AutoCloseable {
  static final int RECORD_BYTES = 1024;

  /// Records that go to one partition before the next one's turn, where the rate is not given.
  private static final int RUN = 63;

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final Ledger acknowledged;
  private final byte[] value = new byte[RECORD_BYTES];
  private long sent;
  private volatile @Nullable Exception failure;

  /// @param acknowledged belongs to the producer's thread until [#flush] has returned
  /// @param lingerMs `linger.ms`
  Flow(String bootstrap, String topic, Ledger acknowledged, int lingerMs) {
    this.topic = topic;
    this.acknowledged = acknowledged;
    new Random(1).nextBytes(value);
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                bootstrap,
                "acks",
                "all",
                "enable.idempotence",
                "true",
                "linger.ms",
                Integer.toString(lingerMs),
                "batch.size",
                Integer.toString(64 << 10),
                "buffer.memory",
                Long.toString(64 << 20),
                "enable.metrics.push",
                "false"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /// When a record was due, [System#nanoTime] of this process.
  static long stamp(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }

  /// Sends for so long, as fast as the brokers take it.
  ///
  /// @return how many records
  long pour(double seconds, long mostRecords) {
    long before = sent;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (sent - before < mostRecords && System.nanoTime() - end < 0) {
      for (int i = 0; i < RUN; i++) {
        send((int) (sent / RUN % acknowledged.partitions()), System.nanoTime());
      }
    }
    flush();
    return sent - before;
  }

  /// Sends at a steady rate, each record stamped with the time when it was due.
  ///
  /// @return how many records
  long drip(double seconds, double perSecond) {
    long before = sent;
    long start = System.nanoTime();
    long count = (long) (seconds * perSecond);
    for (long k = 0; k < count; k++) {
      long due = start + (long) (k * (TimeUnit.SECONDS.toNanos(1) / perSecond));
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      send((int) (sent % acknowledged.partitions()), due);
    }
    flush();
    return sent - before;
  }

  private void send(int partition, long stamp) {
    sent++;
    ByteBuffer.wrap(value).putLong(stamp);
    producer.send(
        new ProducerRecord<>(topic, partition, null, value),
        (record, failed) -> {
          if (failed == null) {
            acknowledged.add(record.partition(), record.offset(), 1);
          } else {
            failure = failed;
          }
        });
  }

  /// Waits until all is acknowledged.
  private void flush() {
    producer.flush();
    if (failure != null) {
      throw new LoadException("a record was refused for good", failure);
    }
  }

  @Override
  public void close() {
    producer.close(java.time.Duration.ZERO);
  }
}
