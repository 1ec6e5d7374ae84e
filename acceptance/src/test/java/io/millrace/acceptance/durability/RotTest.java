package io.millrace.acceptance.durability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.LocalCluster;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Bytes that rot in the files of running nodes are found by the scrub, and are what they were
/// again.
@OnlyMillrace
class RotTest {
  private static final int RECORDS = 1_500;
  private static final String FIRST_SEGMENT = "00000000000000000000.log";

  @RegisterExtension
  static final LocalCluster CLUSTER =
      new LocalCluster(Suite.scratchDirectory("rot"), "log.scrub.interval.ms=1000");

  @Test
  void whatRotsOnOneReplicaIsRepairedFromTheOthers() throws IOException {
    String topic = Suite.unique("rot");
    try (Clients clients = new Clients(CLUSTER.bootstrap())) {
      write(clients, topic);
      List<Path> replicas = replicas(topic);
      byte[] sound = Files.readAllBytes(replicas.getFirst());
      // One of the two leads. The batches differ, so that each has somebody to ask.
      flipBit(replicas.get(0), sound.length / 3);
      flipBit(replicas.get(1), sound.length / 2);

      Await.untilTrue("all replicas are sound", () -> allHold(replicas, sound));

      assertThat(clients.readAll(topic))
          .extracting(record -> Integer.parseInt(record.key()))
          .containsExactlyElementsOf(IntStream.range(0, RECORDS).boxed().toList());
    }
  }

  /// More than one segment, all of it synced.
  private static void write(Clients clients, String topic) {
    Clients.get(
        clients
            .admin()
            .createTopics(
                List.of(
                    new NewTopic(topic, 1, (short) 3)
                        .configs(Map.of("flush.messages", "1", "segment.bytes", "1048576"))))
            .all());
    try (Producer<String, String> producer = clients.producer("acks", "all")) {
      String value = "v".repeat(1_000);
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < RECORDS; i++) {
        sent.add(producer.send(new ProducerRecord<>(topic, "" + i, value)));
      }
      sent.forEach(Clients::get);
    }
  }

  private static List<Path> replicas(String topic) throws IOException {
    List<Path> found = new ArrayList<>();
    for (JsonNode node : CLUSTER.nodes()) {
      try (Stream<Path> files = Files.walk(Path.of(node.path("dir").asText()))) {
        files
            .filter(file -> file.endsWith(Path.of(topic + "-0", FIRST_SEGMENT)))
            .forEach(found::add);
      }
    }
    assertThat(found).hasSize(3);
    return found;
  }

  private static void flipBit(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int value = open.read();
      open.seek(at);
      open.write(value ^ 0x10);
    }
  }

  private static boolean allHold(List<Path> files, byte[] content) throws IOException {
    for (Path file : files) {
      if (!Arrays.equals(Files.readAllBytes(file), content)) {
        return false;
      }
    }
    return true;
  }
}
