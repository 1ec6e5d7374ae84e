package io.millrace.benchmark.failover;

import io.millrace.benchmark.load.LoadException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Very many partitions, in as many topics as a controller needs to make them in single requests, a
/// record in each. Used by one thread.
final class ManyPartitions implements AutoCloseable {
  static final String PREFIX = "many-";

  /// A controller writes at most 10,000 records for a request.
  private static final int TOPIC_PARTITIONS = 2_500;

  private final String bootstrap;
  private final int nodes;
  private final int count;
  private final List<Topology> topics = new ArrayList<>();

  ManyPartitions(String bootstrap, int nodes, int count) {
    this.bootstrap = bootstrap;
    this.nodes = nodes;
    this.count = count;
  }

  int count() {
    return count;
  }

  /// Makes the topics; the first replicas, and so the leaders, are spread evenly.
  void create() {
    for (int from = 0; from < count; from += TOPIC_PARTITIONS) {
      Topology topic = new Topology(bootstrap, topic(from));
      topics.add(topic);
      topic.awaitNodes(nodes);
      Map<Integer, List<Integer>> replicas = new HashMap<>();
      for (int i = 0; i < Math.min(TOPIC_PARTITIONS, count - from); i++) {
        replicas.put(i, List.of(i % nodes + 1, (i + 1) % nodes + 1, (i + 2) % nodes + 1));
      }
      topic.createTopic(replicas);
    }
  }

  private static String topic(int partition) {
    return PREFIX + partition / TOPIC_PARTITIONS;
  }

  /// Writes a record to each.
  void fill() {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            bootstrap,
            "acks",
            "all",
            "linger.ms",
            50,
            "enable.metrics.push",
            false);
    byte[] value = "a record".getBytes(StandardCharsets.UTF_8);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        sent.add(producer.send(new ProducerRecord<>(topic(i), i % TOPIC_PARTITIONS, null, value)));
      }
      producer.flush();
      for (Future<RecordMetadata> record : sent) {
        record.get();
      }
    } catch (ExecutionException e) {
      throw new LoadException("a record was refused", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted", e);
    }
  }

  /// Fails where a partition does not end behind its record.
  void check() {
    for (Topology topic : topics) {
      Topology.await(
          "an end behind every record",
          () -> topic.endOffsets().stream().allMatch(end -> end == 1));
    }
  }

  @Override
  public void close() {
    topics.forEach(Topology::close);
  }
}
