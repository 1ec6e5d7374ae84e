package io.millrace.acceptance.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.FreePorts;
import io.millrace.acceptance.harness.Millrace;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Five nodes whose quorum stands in their properties (`controller.quorum.voters`), as it did in
/// Kafka before KIP-853: what an upgraded cluster still has.
@OnlyMillrace
class FiveNodesTest {
  private static final int NODES = 5;
  private static final int RECORDS = 200;

  private final Path directory = Suite.scratchDirectory("five");
  private final List<Program.Running> nodes = new ArrayList<>();

  @AfterEach
  void clean() {
    nodes.forEach(Program.Running::close);
    Suite.delete(directory);
  }

  /// The active controller is one of the two.
  @Test
  void aStaticQuorumOfFiveLosesTwoNodesAndNoRecord() throws IOException {
    String bootstrap = start();
    try (Clients clients = new Clients(bootstrap);
        Producer<String, String> producer =
            clients.producer("acks", "all", "reconnect.backoff.max.ms", 200)) {
      Await.until(
          "all nodes are there",
          () -> Clients.get(clients.admin().describeCluster().nodes()).size(),
          known -> known == NODES);
      QuorumInfo quorum = Clients.get(clients.admin().describeMetadataQuorum().quorumInfo());
      assertThat(quorum.voters()).extracting(QuorumInfo.ReplicaState::replicaId).hasSize(NODES);

      String topic = Suite.unique("five");
      Clients.get(
          clients
              .admin()
              .createTopics(
                  List.of(
                      new NewTopic(topic, NODES, (short) NODES)
                          .configs(Map.of("min.insync.replicas", "3"))))
              .all());
      List<Future<RecordMetadata>> sent = new ArrayList<>(send(producer, topic, 0));
      kill(quorum.leaderId());
      kill(quorum.leaderId() % NODES + 1);
      sent.addAll(send(producer, topic, RECORDS));
      sent.forEach(Clients::get);

      assertThat(clients.readAll(topic))
          .extracting(record -> Integer.parseInt(record.value()))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 2 * RECORDS).boxed().toList());
      assertThat(Clients.get(clients.admin().describeMetadataQuorum().quorumInfo()).leaderEpoch())
          .isGreaterThan(quorum.leaderEpoch());
    }
  }

  private static List<Future<RecordMetadata>> send(
      Producer<String, String> producer, String topic, int from) {
    return IntStream.range(from, from + RECORDS)
        .mapToObj(i -> producer.send(new ProducerRecord<>(topic, "" + i, "" + i)))
        .toList();
  }

  private void kill(int id) {
    nodes.get(id - 1).handle().destroyForcibly();
  }

  /// @return the bootstrap servers
  private String start() throws IOException {
    List<Integer> ports = FreePorts.choose(2 * NODES);
    String voters =
        IntStream.range(0, NODES)
            .mapToObj(i -> (i + 1) + "@127.0.0.1:" + ports.get(NODES + i))
            .collect(Collectors.joining(","));
    String cluster = Uuid.randomUuid().toString();
    for (int i = 0; i < NODES; i++) {
      Path properties = directory.resolve("node-" + (i + 1) + ".properties");
      Files.writeString(
          properties,
          """
          process.roles=broker,controller
          node.id=%1$d
          controller.quorum.voters=%2$s
          listeners=PLAINTEXT://127.0.0.1:%3$d,CONTROLLER://127.0.0.1:%4$d
          controller.listener.names=CONTROLLER
          listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
          log.dirs=%5$s/node-%1$d
          """
              .formatted(i + 1, voters, ports.get(i), ports.get(NODES + i), directory));
      nodes.add(
          Millrace.command("start", "-c", properties.toString(), "--cluster-id", cluster).start());
    }
    return IntStream.range(0, NODES)
        .mapToObj(i -> "127.0.0.1:" + ports.get(i))
        .collect(Collectors.joining(","));
  }
}
