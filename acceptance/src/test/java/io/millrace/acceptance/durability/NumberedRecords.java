package io.millrace.acceptance.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Clients;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/// A thread that sends numbers, 0, 1, 2, … into each partition, and knows the last one
/// acknowledged. A partition must then hold exactly the numbers from 0 on: whatever is missing,
/// doubled or out of order is seen by its offset, since number and offset are the same.
final class NumberedRecords implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofNanos(200_000);

  private final Clients clients;
  private final String topic;
  private final int partitions;
  private final Producer<String, String> producer;
  private final AtomicLong acknowledgedCount = new AtomicLong();
  private final AtomicLongArray sent;
  private final AtomicLongArray acknowledged;
  private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();
  private final Thread sender;
  private final Duration pause;
  private volatile boolean finished;

  NumberedRecords(Clients clients, String topic, int partitions) {
    this(clients, topic, partitions, PAUSE);
  }

  /// @param pause between one number for every partition and the next
  NumberedRecords(Clients clients, String topic, int partitions, Duration pause) {
    this.clients = clients;
    this.pause = pause;
    this.topic = topic;
    this.partitions = partitions;
    this.sent = new AtomicLongArray(partitions);
    this.acknowledged = new AtomicLongArray(partitions);
    this.producer =
        clients.producer(
            "delivery.timeout.ms", 300_000,
            "request.timeout.ms", 10_000,
            "reconnect.backoff.ms", 20,
            "reconnect.backoff.max.ms", 200,
            "linger.ms", 1);
    this.sender = Thread.ofPlatform().name("sender").start(this::send);
  }

  /// How many numbers were acknowledged so far, in all partitions.
  long acknowledgedCount() {
    return acknowledgedCount.get();
  }

  /// Lets time pass while records flow.
  void keepSendingFor(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    Await.untilTrue("time has passed", () -> System.nanoTime() >= end);
  }

  /// Everything acknowledged by now is there, once, each number at its own offset.
  void checkAcknowledged() {
    for (int partition = 0; partition < partitions; partition++) {
      check(partition, acknowledged.get(partition));
    }
  }

  /// Ends sending and waits until all of it is acknowledged.
  void finish() {
    finished = true;
    try {
      sender.join(Duration.ofSeconds(60));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    producer.flush();
    assertThat(failures).as("failures of the producer").isEmpty();
  }

  /// All that was sent is there, once, in order, and nothing else.
  void checkAllOnceAndInOrder() {
    for (int partition = 0; partition < partitions; partition++) {
      assertThat(acknowledged.get(partition)).isEqualTo(sent.get(partition));
      long read = check(partition, sent.get(partition));
      assertThat(read).as("records in partition " + partition).isEqualTo(sent.get(partition));
    }
  }

  @Override
  public void close() {
    finished = true;
    producer.close(Duration.ofSeconds(10));
  }

  private void send() {
    while (!finished) {
      for (int partition = 0; partition < partitions; partition++) {
        int target = partition;
        long number = sent.get(partition);
        try {
          producer.send(
              new ProducerRecord<>(topic, partition, null, Long.toString(number)),
              (metadata, failure) -> {
                if (failure != null) {
                  failures.add(failure);
                } else {
                  if (metadata.offset() != number && metadata.hasOffset()) {
                    failures.add(
                        new IllegalStateException(
                            number + " acknowledged at offset " + metadata.offset()));
                  }
                  acknowledged.set(target, number + 1);
                  acknowledgedCount.incrementAndGet();
                }
              });
        } catch (RuntimeException e) {
          failures.add(e);
          return;
        }
        sent.incrementAndGet(partition);
      }
      LockSupport.parkNanos(pause.toNanos());
    }
  }

  /// Reads a partition from its start until it has seen at least `count` numbers, or all that is
  /// there if that is more when it begins; returns how many it saw.
  private long check(int partition, long count) {
    assertThat(failures).as("failures of the producer").isEmpty();
    TopicPartition source = new TopicPartition(topic, partition);
    try (Consumer<String, String> consumer = clients.consumer("max.poll.records", 10_000)) {
      consumer.assign(List.of(source));
      consumer.seekToBeginning(List.of(source));
      AtomicLong next = new AtomicLong();
      Await.untilTrue(
          "partition " + partition + " holds the " + count + " acknowledged numbers",
          () -> {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
              expectNext(record, next.getAndIncrement());
            }
            return next.get() >= count;
          });
      return finished ? drain(consumer, source, next) : next.get();
    }
  }

  private static long drain(
      Consumer<String, String> consumer, TopicPartition source, AtomicLong next) {
    long end = consumer.endOffsets(List.of(source)).getOrDefault(source, 0L);
    Await.untilTrue(
        source + " is read to " + end,
        () -> {
          for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
            expectNext(record, next.getAndIncrement());
          }
          return consumer.position(source) >= end;
        });
    return next.get();
  }

  /// An error, so that the waiting around it ends at once.
  private static void expectNext(ConsumerRecord<String, String> record, long expected) {
    if (record.offset() != expected || !record.value().equals(Long.toString(expected))) {
      throw new AssertionError(
          "number "
              + expected
              + " expected, found "
              + record.value()
              + " at offset "
              + record.offset()
              + " of partition "
              + record.partition());
    }
  }
}
