package io.millrace.acceptance.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/// The Java client of the pinned version against one broker, for records of strings. The caller
/// closes producers and consumers; the admin client is shared and closed with the broker.
public final class Clients implements AutoCloseable {
  private final String bootstrap;
  private @Nullable Admin admin;

  /// For a cluster of the test's own; a [Broker] has its clients.
  public Clients(String bootstrap) {
    this.bootstrap = bootstrap;
  }

  /// The shared admin client.
  public Admin admin() {
    if (admin == null) {
      admin =
          Admin.create(Map.of("bootstrap.servers", bootstrap, "default.api.timeout.ms", 30_000));
    }
    return admin;
  }

  /// A producer; pairs of key and value follow Kafka's configuration names.
  public Producer<String, String> producer(Object... configs) {
    Map<String, Object> all = configs(configs);
    all.putIfAbsent("linger.ms", 0);
    return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
  }

  /// A consumer that starts at the beginning.
  public Consumer<String, String> consumer(Object... configs) {
    Map<String, Object> all = configs(configs);
    all.putIfAbsent("auto.offset.reset", "earliest");
    all.putIfAbsent("enable.auto.commit", false);
    all.putIfAbsent("isolation.level", "read_uncommitted");
    return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
  }

  /// Makes a topic, returns its (unique) name.
  public String topic(String what, int partitions) {
    return topic(what, partitions, Map.of());
  }

  /// Makes a topic with configuration, returns its (unique) name.
  public String topic(String what, int partitions, Map<String, String> configs) {
    String name = Suite.unique(what);
    get(
        admin()
            .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs)))
            .all());
    return name;
  }

  /// Everything in a topic at this moment, in order of partition and offset; pairs of key and value
  /// configure the consumer.
  public List<ConsumerRecord<String, String>> readAll(String topic, Object... configs) {
    try (Consumer<String, String> consumer = consumer(configs)) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .sorted((a, b) -> Integer.compare(a.partition(), b.partition()))
              .toList();
      List<ConsumerRecord<String, String>> all = new ArrayList<>();
      for (TopicPartition partition : partitions) {
        all.addAll(readAll(consumer, partition));
      }
      return all;
    }
  }

  private static List<ConsumerRecord<String, String>> readAll(
      Consumer<String, String> consumer, TopicPartition partition) {
    long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    List<ConsumerRecord<String, String>> records = new ArrayList<>();
    Await.untilTrue(
        partition + " is read to " + end,
        () -> {
          consumer.poll(Duration.ofMillis(100)).forEach(records::add);
          return consumer.position(partition) >= end;
        });
    return records;
  }

  /// The result of a client's call; a failure is thrown as the exception the client gave.
  public static <T> T get(Future<T> future) {
    try {
      return future.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within 60 s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// What a map that a client gave holds for a key; it must hold something.
  public static <K, V> V at(Map<K, V> map, K key) {
    V value = map.get(key);
    if (value == null) {
      throw new AssertionError("nothing for " + key + " in " + map);
    }
    return value;
  }

  private Map<String, Object> configs(Object... pairs) {
    Map<String, Object> all = new HashMap<>();
    all.put("bootstrap.servers", bootstrap);
    for (int i = 0; i < pairs.length; i += 2) {
      all.put((String) pairs[i], pairs[i + 1]);
    }
    return all;
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ofSeconds(5));
    }
  }
}
