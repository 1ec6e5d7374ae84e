package io.millrace.acceptance.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.KafkaTool;
import io.millrace.acceptance.harness.LocalCluster;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.replica.RackAwareReplicaSelector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A cluster of three nodes as its operator sees it: moving partitions and leaders with Kafka's
/// tools and with our commands, the quorum, and the metrics.
@OnlyMillrace
class ThreeNodesTest {
  @RegisterExtension
  static final LocalCluster CLUSTER =
      new LocalCluster(
          Suite.scratchDirectory("three"),
          "broker.rack=rack-{id}",
          "replica.selector.class=" + RackAwareReplicaSelector.class.getName());

  private static String topicOnOneBroker() throws IOException {
    String topic = Suite.unique("moved");
    CLUSTER.millrace("topic", "create", topic, "-p", "1", "-r", "1");
    return topic;
  }

  @Test
  void kafkasToolMovesAPartitionAndItsThrottleIsCleared() throws IOException {
    String topic = topicOnOneBroker();
    int from = CLUSTER.partition(topic).path("leader").asInt();
    int first = from % 3 + 1;
    int second = first % 3 + 1;
    Path plan = CLUSTER.directory().resolve(topic + ".plan");
    Files.writeString(
        plan,
        "{\"version\":1,\"partitions\":[{\"topic\":\""
            + topic
            + "\",\"partition\":0,\"replicas\":["
            + first
            + ","
            + second
            + "]}]}");

    assertThat(reassign(plan, "--execute", "--throttle", "1000000"))
        .contains("Successfully started partition reassignment for " + topic + "-0");
    assertThat(
            Await.until(
                "the reassignment is verified",
                () -> reassign(plan, "--verify"),
                out -> out.contains("is completed")))
        .contains("Clearing broker-level throttles");
    assertThat(CLUSTER.partition(topic).path("replicas").toString())
        .isEqualTo("[" + first + "," + second + "]");
  }

  private static String reassign(Path plan, String... words) {
    String[] all = new String[words.length + 4];
    all[0] = "--bootstrap-server";
    all[1] = CLUSTER.bootstrap();
    all[2] = "--reassignment-json-file";
    all[3] = plan.toString();
    System.arraycopy(words, 0, all, 4, words.length);
    return KafkaTool.REASSIGN_PARTITIONS.run(all).expectSuccess().out();
  }

  @Test
  void ourCommandMovesAPartitionOnlyWhenTold() throws IOException {
    String topic = topicOnOneBroker();
    int from = CLUSTER.partition(topic).path("leader").asInt();
    int to = from % 3 + 1;
    String[] words = {"partition", "move", topic, "--from", "" + from, "--to", "" + to};

    assertThat(CLUSTER.json(words).path("executed").asBoolean()).isFalse();
    assertThat(CLUSTER.partition(topic).path("leader").asInt()).isEqualTo(from);

    String[] execute = Arrays.copyOf(words, words.length + 1);
    execute[words.length] = "--execute";
    assertThat(CLUSTER.json(execute).path("pending").asInt()).isZero();
    assertThat(CLUSTER.partition(topic).path("leader").asInt()).isEqualTo(to);
  }

  @Test
  void thePreferredReplicaIsElected() throws IOException {
    String topic = Suite.unique("elected");
    CLUSTER.millrace("topic", "create", topic, "-p", "1", "-r", "3");
    int leader = CLUSTER.partition(topic).path("leader").asInt();
    String order = (leader % 3 + 1) + "," + ((leader + 1) % 3 + 1) + "," + leader;

    CLUSTER.millrace("partition", "reassign", topic, "--replicas", order, "--execute");

    Await.until(
        "the preferred replica leads",
        () -> CLUSTER.partition(topic).path("leader").asInt(),
        now -> now == leader % 3 + 1);
    assertThat(
            KafkaTool.LEADER_ELECTION
                .run(
                    "--bootstrap-server",
                    CLUSTER.bootstrap(),
                    "--election-type",
                    "preferred",
                    "--topic",
                    topic,
                    "--partition",
                    "0")
                .expectSuccess()
                .out())
        .contains("Valid replica already elected");
  }

  @Test
  void theQuorumHasThreeVotersWithoutLag() {
    assertThat(
            KafkaTool.METADATA_QUORUM
                .run("--bootstrap-server", CLUSTER.bootstrap(), "describe", "--replication")
                .expectSuccess()
                .out())
        .containsPattern("(?m)^[123]\\s+\\S{22}\\s+\\d+\\s+0\\s+.*Leader")
        .containsPattern("(?m)^[123]\\s+\\S{22}\\s+\\d+\\s+\\d+\\s+.*Follower");
    assertThat(CLUSTER.millrace("quorum", "describe")).containsPattern("(?s)voter.*voter.*voter");
    assertThat(CLUSTER.millrace("broker", "list").lines()).hasSize(3);
  }

  @Test
  void exactlyOneNodeSaysThatItsControllerIsActive() throws IOException {
    for (JsonNode node : CLUSTER.nodes()) {
      assertThat(metrics(node.path("metrics_port").asInt()))
          .contains("\nkafka_server_replicamanager_underreplicatedpartitions ")
          .contains("\nmillrace_handler_faults_total 0\n");
    }
    Await.until("one controller is active", ThreeNodesTest::activeControllers, sum -> sum == 1);
  }

  private static int activeControllers() throws IOException {
    int active = 0;
    for (JsonNode node : CLUSTER.nodes()) {
      String metrics = metrics(node.path("metrics_port").asInt());
      active +=
          metrics.contains("\nkafka_controller_kafkacontroller_activecontrollercount 1\n") ? 1 : 0;
    }
    return active;
  }

  /// KIP-392: who served is told by the brokers' own counters.
  @Test
  void aConsumerReadsFromTheReplicaInItsRack() throws IOException {
    try (Clients clients = new Clients(CLUSTER.bootstrap());
        Producer<String, String> producer = clients.producer("acks", "all")) {
      String topic = Suite.unique("racks");
      CLUSTER.millrace("topic", "create", topic, "-p", "1", "-r", "3");
      for (int i = 0; i < 100; i++) {
        producer.send(new ProducerRecord<>(topic, "value-" + i));
      }
      producer.flush();
      int leader = CLUSTER.partition(topic).path("leader").asInt();
      int near = leader % 3 + 1;
      assertThat(clients.readAll(topic, "client.rack", "rack-" + near)).hasSize(100);
      assertThat(bytesOut(near, topic)).isPositive();
      assertThat(bytesOut(leader, topic)).isZero();
      assertThat(bytesOut(near % 3 + 1, topic)).isZero();
    }
  }

  private static long bytesOut(int node, String topic) throws IOException {
    String sample = "kafka_server_brokertopicmetrics_bytesout_total{topic=\"" + topic + "\"} ";
    return metrics(CLUSTER.nodes().get(node - 1).path("metrics_port").asInt())
        .lines()
        .filter(line -> line.startsWith(sample))
        .mapToLong(line -> Long.parseLong(line.substring(sample.length())))
        .findFirst()
        .orElseThrow();
  }

  private static String metrics(int port) throws IOException {
    try (InputStream in =
        URI.create("http://127.0.0.1:" + port + "/metrics").toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
