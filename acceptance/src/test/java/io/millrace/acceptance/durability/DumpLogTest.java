package io.millrace.acceptance.durability;

import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.DumpLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// `kafka-dump-log` reads every kind of file that a broker writes, and tells from them what clients
/// were told. (What all other tests wrote is read by it too, when their broker closes.)
class DumpLogTest {
  @Test
  void readsEveryKindOfFile() throws IOException {
    try (Broker broker = Broker.judged().open()) {
      String topic = writeSome(broker);
      broker.stop();
      List<Path> logDirs = broker.logDirs();

      assertThat(DumpLog.readsEverythingIn(logDirs)).isPositive();
      Path partition = logDirs.getFirst().resolve(topic + "-0");
      List<Path> segments = DumpLog.files(partition, ".log");
      assertThat(segments).as("segments").hasSizeGreaterThan(2);
      assertThat(DumpLog.files(partition, ".index")).hasSameSizeAs(segments);
      assertThat(DumpLog.files(partition, ".timeindex")).hasSameSizeAs(segments);
      List<Path> producers = DumpLog.files(partition, ".snapshot");
      assertThat(producers).isNotEmpty();

      String dumped = DumpLog.dump(segments, "--deep-iteration", "--print-data-log");
      assertThat(dumped)
          .contains("compresscodec: none", "compresscodec: gzip", "compresscodec: snappy")
          .contains("compresscodec: lz4", "compresscodec: zstd")
          .contains("key: k payload: value 0 ");
      assertThat(DumpLog.dump(producers)).contains("producerId: ", "lastSequence: ");

      Path metadata = logDirs.getFirst().resolve("__cluster_metadata-0");
      assertThat(DumpLog.dump(DumpLog.files(metadata, ".log"), "--cluster-metadata-decoder"))
          .contains(
              "FEATURE_LEVEL_RECORD",
              "REGISTER_BROKER_RECORD",
              "TOPIC_RECORD",
              "PARTITION_RECORD",
              topic);
      assertThat(DumpLog.dump(DumpLog.files(metadata, ".checkpoint"), "--cluster-metadata-decoder"))
          .contains("SnapshotHeader", "KRaftVoters", "SnapshotFooter");
      List<Path> groups =
          DumpLog.files(logDirs.getFirst(), ".log").stream()
              .filter(file -> file.toString().contains("__consumer_offsets-"))
              .toList();
      assertThat(DumpLog.dump(groups, "--offsets-decoder"))
          .contains("dumped-group", "\"offset\":7", "noted");
    }
  }

  /// The judge must be able to find fault: one flipped bit is enough.
  @Test
  void findsAFlippedBit() throws IOException {
    try (Broker broker = Broker.judged().open()) {
      String topic = writeSome(broker);
      broker.stop();
      Path segment =
          DumpLog.files(broker.logDirs().getFirst().resolve(topic + "-0"), ".log").getFirst();
      flipABit(segment, 100);
      assertThatThrownBy(() -> DumpLog.readsEverythingIn(broker.logDirs()))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("isvalid: false");
    }
  }

  private static String writeSome(Broker broker) {
    Clients clients = broker.clients();
    String topic = clients.topic("dumped", 1, Map.of("segment.bytes", "1048576"));
    for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
      try (Producer<String, String> producer =
          clients.producer("compression.type", codec, "linger.ms", 20)) {
        List<Future<?>> sent = new ArrayList<>();
        int records = codec.equals("none") ? 1_500 : 200;
        for (int i = 0; i < records; i++) {
          sent.add(
              producer.send(
                  new ProducerRecord<>(topic, 0, "k", "value " + i + " " + "x".repeat(2_000))));
        }
        sent.forEach(Clients::get);
      }
    }
    TopicPartition partition = new TopicPartition(topic, 0);
    try (var consumer = clients.consumer("group.id", "dumped-group")) {
      consumer.assign(List.of(partition));
      consumer.commitSync(Map.of(partition, new OffsetAndMetadata(7, "noted")));
    }
    assertThat(get(clients.admin().listTopics().names())).contains(topic);
    return topic;
  }

  private static void flipABit(Path file, long position) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, position);
      one.put(0, (byte) (one.get(0) ^ 1));
      channel.write(one.flip(), position);
    }
  }
}
