package io.millrace.acceptance.chaos;

import static io.millrace.acceptance.harness.Clients.at;
import static io.millrace.acceptance.harness.Clients.get;

import io.millrace.acceptance.harness.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/// What works while faults happen: two Java producers (one of which loses patience soon), one of
/// librdkafka, and three groups: Java's with either protocol, two members each, and librdkafka's.
final class Load implements AutoCloseable {
  static final int PARTITIONS = 4;

  private static final String PYTHON = "python";
  private static final Duration PATIENCE = Duration.ofSeconds(240);

  private final Cluster cluster;
  private final String topic;
  private final Ledger ledger = new Ledger(PARTITIONS);
  private final List<Writer> writers = new ArrayList<>();
  private final List<Reader> readers = new ArrayList<>();
  private final Map<String, GroupLedger> groups = new HashMap<>();
  private final PythonClient pythonWriter;
  private final PythonClient pythonReader;

  Load(Cluster cluster, String topic) {
    this.cluster = cluster;
    this.topic = topic;
    cluster.createTopic(topic, PARTITIONS);
    writers.add(writer("patient", Map.of()));
    writers.add(writer("hasty", Map.of("request.timeout.ms", 2_000, "linger.ms", 5)));
    for (String protocol : List.of("classic", "consumer")) {
      GroupLedger group = group(protocol);
      for (int i = 1; i <= 2; i++) {
        readers.add(reader(protocol, protocol + i, group));
      }
    }
    group(PYTHON);
    pythonWriter = PythonClient.writer(cluster.bootstrap(), topic, PARTITIONS, PYTHON);
    pythonReader = PythonClient.reader(cluster.bootstrap(), topic, PYTHON);
    awaitProgress();
  }

  private Writer writer(String name, Map<String, Object> own) {
    Map<String, Object> configs = new HashMap<>(client());
    configs.put("acks", "all");
    configs.put("max.in.flight.requests.per.connection", 5);
    configs.put("linger.ms", 0);
    configs.put("delivery.timeout.ms", 600_000);
    configs.put("max.block.ms", 600_000);
    configs.putAll(own);
    return new Writer(name, topic, PARTITIONS, ledger, configs);
  }

  private Reader reader(String protocol, String name, GroupLedger group) {
    Map<String, Object> configs = new HashMap<>(client());
    configs.put("group.id", protocol);
    configs.put("group.protocol", protocol);
    configs.put("enable.auto.commit", false);
    configs.put("auto.offset.reset", "none");
    if (protocol.equals("classic")) {
      configs.put("session.timeout.ms", 6_000);
      configs.put("heartbeat.interval.ms", 500);
    }
    return new Reader(name, topic, group, ledger, configs);
  }

  private Map<String, Object> client() {
    return Map.of(
        "bootstrap.servers", cluster.bootstrap(),
        "reconnect.backoff.ms", 50,
        "reconnect.backoff.max.ms", 500);
  }

  /// A group that has committed offset 0 everywhere: its members need not be told where to begin
  /// without a commit, and an offset that a broker says is out of range is an error.
  private GroupLedger group(String name) {
    Map<TopicPartition, OffsetAndMetadata> start = new HashMap<>();
    partitions().forEach(partition -> start.put(partition, new OffsetAndMetadata(0)));
    Await.until(
        "offset 0 is committed for " + name,
        PATIENCE,
        () -> {
          get(cluster.admin().alterConsumerGroupOffsets(name, start).all());
          return true;
        },
        done -> done);
    GroupLedger group = new GroupLedger(name, PARTITIONS, ledger);
    groups.put(name, group);
    return group;
  }

  private List<TopicPartition> partitions() {
    return IntStream.range(0, PARTITIONS).mapToObj(i -> new TopicPartition(topic, i)).toList();
  }

  Ledger ledger() {
    return ledger;
  }

  /// Until each Java producer has had a record acknowledged in each partition.
  void awaitProgress() {
    Map<String, Long> before = ledger.progress();
    Await.until(
        "all writers are acknowledged in all partitions",
        PATIENCE,
        () -> {
          Map<String, Long> now = new HashMap<>(ledger.progress());
          now.entrySet().removeIf(each -> each.getValue() > before.getOrDefault(each.getKey(), 0L));
          return now;
        },
        Map::isEmpty);
  }

  /// Ends it all, reads everything once more and compares.
  void finish() {
    writers.forEach(Writer::finish);
    PythonClient.writeInto(ledger, pythonWriter.finish());
    long[] ends = ends();
    audit(ends);
    for (String group : List.of("classic", "consumer")) {
      Await.until(
          "the group " + group + " has read everything",
          PATIENCE,
          () -> String.valueOf(groups.get(group)),
          _ -> ledgerOf(group).hasReached(ends));
    }
    readers.forEach(Reader::finish);
    awaitCommits(PYTHON, ends);
    PythonClient.readInto(ledgerOf(PYTHON), PYTHON, PARTITIONS, pythonReader.finish());
    groups
        .keySet()
        .forEach(group ->
            committed(group)
                .forEach(
                    (partition, offset) -> ledgerOf(group).close(partition.partition(), offset)));
  }

  private GroupLedger ledgerOf(String group) {
    return at(groups, group);
  }

  private void awaitCommits(String group, long[] ends) {
    Await.until(
        "the group " + group + " has committed everything",
        PATIENCE,
        () -> committed(group),
        committed ->
            partitions().stream()
                .allMatch(each -> committed.getOrDefault(each, 0L) >= ends[each.partition()]));
  }

  private Map<TopicPartition, Long> committed(String group) {
    Map<TopicPartition, Long> committed = new HashMap<>();
    get(cluster.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .forEach((partition, offset) -> committed.put(partition, offset.offset()));
    return committed;
  }

  private long[] ends() {
    Admin admin = cluster.admin();
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    return Await.until(
        "the ends are told",
        () -> {
          var offsets = get(admin.listOffsets(latest).all());
          return partitions().stream()
              .mapToLong(partition -> at(offsets, partition).offset())
              .toArray();
        },
        ends -> ends.length == PARTITIONS);
  }

  private void audit(long[] ends) {
    Map<String, Object> configs = new HashMap<>(client());
    configs.put("auto.offset.reset", "none");
    configs.put("enable.auto.commit", false);
    try (KafkaConsumer<String, String> auditor =
        new KafkaConsumer<>(configs, new StringDeserializer(), new StringDeserializer())) {
      for (TopicPartition partition : partitions()) {
        long end = ends[partition.partition()];
        auditor.assign(List.of(partition));
        auditor.seek(partition, 0);
        Await.until(
            partition + " is read to " + end,
            PATIENCE,
            () -> {
              for (ConsumerRecord<String, String> record : auditor.poll(Duration.ofMillis(200))) {
                ledger.audit(record.partition(), record.offset(), record.value());
              }
              return auditor.position(partition);
            },
            position -> position >= end);
        ledger.auditEnds(partition.partition(), end);
      }
    }
  }

  /// What Java's producers gave up. librdkafka's may: see `chaos.py`.
  List<String> givenUp() {
    return writers.stream().flatMap(writer -> ledger.failures(writer.name()).stream()).toList();
  }

  /// The account in numbers.
  String summary() {
    return ledger.summary() + "\n" + groups.values();
  }

  @Override
  public void close() {
    writers.forEach(Writer::close);
    readers.forEach(Reader::close);
    pythonWriter.close();
    pythonReader.close();
  }
}
