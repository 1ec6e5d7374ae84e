package io.millrace.acceptance.durability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.KafkaTool;
import io.millrace.acceptance.harness.LocalCluster;
import io.millrace.acceptance.harness.Millrace;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What operators do to a cluster of three nodes with two log directories each, while numbered
/// records flow: no client sees an error, and nothing is lost.
@OnlyMillrace
class OperationsTest {
  private static final Path DIRECTORY = Suite.scratchDirectory("operations");
  private static final Duration PAUSE = Duration.ofMillis(5);

  @RegisterExtension
  static final LocalCluster CLUSTER =
      new LocalCluster(
          DIRECTORY, "log.dirs=" + DIRECTORY + "/disk-{id}a," + DIRECTORY + "/disk-{id}b");

  private static Clients clients = new Clients("");

  @BeforeAll
  static void open() {
    clients = new Clients(CLUSTER.bootstrap());
  }

  @AfterAll
  static void close() {
    clients.close();
  }

  @Test
  void aFourthBrokerTakesItsShareAndLeaves() throws IOException {
    String topic = topic("shared", 3, 3);
    try (NumberedRecords records = new NumberedRecords(clients, topic, 3, PAUSE);
        Program.Running fourth = FourthBroker.start(CLUSTER, clients)) {
      Await.until("broker 4 is there", () -> broker(4), broker -> !broker.isMissingNode());
      assertThat(CLUSTER.millrace("partition", "balance", "--full-percent", "100"))
          .contains("holds more replicas than broker 4")
          .contains("Nothing was changed yet");
      assertThat(broker(4).path("replicas").asInt()).as("advice moves nothing").isZero();
      CLUSTER.millrace("partition", "balance", "--full-percent", "100", "--execute");
      assertThat(broker(4).path("replicas").asInt()).isPositive();
      assertThat(broker(4).path("in_sync")).isEqualTo(broker(4).path("replicas"));

      drainWhileTopicsAreMade();
      fourth.terminate().awaitEnd(Duration.ofSeconds(60));
      Await.until(
          "broker 4 is forgotten",
          () -> CLUSTER.run("broker", "remove", "4").exitCode(),
          code -> code == 0);
      assertThat(broker(4).isMissingNode()).isTrue();
      records.finish();
      records.checkAllOnceAndInOrder();
    }
  }

  /// What the controller places on the broker before it knows of the cordon has to move, too.
  private static void drainWhileTopicsAreMade() throws IOException {
    List<String> made = new ArrayList<>();
    try (Program.Running drain =
        Millrace.command(
                "broker",
                "drain",
                "4",
                "--full-percent",
                "100",
                "--execute",
                "-b",
                CLUSTER.bootstrap(),
                "--timeout",
                "60")
            .start()) {
      while (drain.isAlive()) {
        made.add(topic("landing", 1, 3));
      }
      drain.awaitEnd(Duration.ofSeconds(1)).expectSuccess();
    }
    assertThat(broker(4).path("replicas").asInt()).isZero();
    Clients.get(clients.admin().deleteTopics(made).all());
  }

  /// Missing where it is not registered, or fenced.
  private static JsonNode broker(int id) throws IOException {
    for (JsonNode broker : CLUSTER.jsonLines("broker", "list")) {
      if (broker.path("id").asInt() == id && !broker.path("state").asText().equals("fenced")) {
        return broker;
      }
    }
    return MissingNode.getInstance();
  }

  @Test
  void aReplicaMovesToAnotherDirectory() throws IOException {
    String topic = topic("moving", 1, 3);
    TopicPartitionReplica replica = new TopicPartitionReplica(topic, 0, 1);
    try (NumberedRecords records = new NumberedRecords(clients, topic, 1, PAUSE)) {
      records.keepSendingFor(Duration.ofSeconds(2));
      String from = directoryOf(replica);
      String to = from.endsWith("a") ? from.replaceAll("a$", "b") : from.replaceAll("b$", "a");
      Path plan = DIRECTORY.resolve(topic + ".plan");
      Files.writeString(
          plan,
          "{\"version\":1,\"partitions\":[{\"topic\":\""
              + topic
              + "\",\"partition\":0,\"replicas\":[1,2,3],\"log_dirs\":[\""
              + to
              + "\",\"any\",\"any\"]}]}");
      String[] tool = {
        "--bootstrap-server",
        CLUSTER.bootstrap(),
        "--reassignment-json-file",
        plan.toString(),
        "--execute"
      };
      KafkaTool.REASSIGN_PARTITIONS.run(tool).expectSuccess();
      tool[tool.length - 1] = "--verify";
      Await.until(
          "the move is verified",
          () -> KafkaTool.REASSIGN_PARTITIONS.run(tool).expectSuccess().out(),
          out -> out.contains(topic + "-0-1 completed successfully"));
      assertThat(directoryOf(replica)).isEqualTo(to);

      cordon(from);
      assertThatThrownBy(
              () -> Clients.get(clients.admin().alterReplicaLogDirs(Map.of(replica, from)).all()))
          .isInstanceOf(InvalidReplicaAssignmentException.class);
      cordon("");
      records.finish();
      records.checkAllOnceAndInOrder();
    }
  }

  private static String directoryOf(TopicPartitionReplica replica) {
    return Clients.at(
            Clients.get(clients.admin().describeReplicaLogDirs(List.of(replica)).all()), replica)
        .getCurrentReplicaLogDir();
  }

  private static void cordon(String directory) {
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
    AlterConfigOp change =
        new AlterConfigOp(
            new ConfigEntry("cordoned.log.dirs", directory),
            directory.isEmpty() ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET);
    Clients.get(clients.admin().incrementalAlterConfigs(Map.of(broker, List.of(change))).all());
  }

  @Test
  void aThrottledReassignmentIsCancelled() throws IOException {
    String topic = topic("throttled", 1, 1);
    try (Producer<String, String> producer = clients.producer()) {
      for (int i = 0; i < 150; i++) {
        producer.send(new ProducerRecord<>(topic, "x".repeat(100_000)));
      }
    }
    int leader = CLUSTER.partition(topic).path("leader").asInt();
    CLUSTER.millrace(
        "partition",
        "reassign",
        topic,
        "--replicas",
        "" + (leader % 3 + 1),
        "--execute",
        "--throttle",
        "1",
        "--no-wait");
    assertThat(CLUSTER.millrace("partition", "status")).contains(topic + "-0").contains("adding");

    CLUSTER.millrace("partition", "cancel", topic);
    assertThat(CLUSTER.partition(topic).path("replicas").toString()).isEqualTo("[" + leader + "]");
    assertThat(CLUSTER.millrace("config", "describe", "topic", topic)).doesNotContain("throttled");
  }

  @Test
  void everyNodeIsRestartedInTurn() throws IOException {
    String topic = topic("rolling", 2, 3);
    try (NumberedRecords records = new NumberedRecords(clients, topic, 2, PAUSE)) {
      for (int node = 1; node <= 3; node++) {
        Millrace.command("cluster", "restart", "--dir", DIRECTORY.toString(), "--node", "" + node)
            .run()
            .expectSuccess();
        Await.until(
            "every partition is whole again",
            () -> CLUSTER.json("cluster", "status"),
            status -> status.path("under_replicated").asInt() == 0);
      }
      records.finish();
      records.checkAllOnceAndInOrder();
    }
    List<String> replicas = batchesOf(topic + "-0");
    assertThat(replicas).hasSize(3);
    assertThat(replicas).containsOnly(replicas.getFirst());
  }

  /// What kafka-dump-log shows of each replica, but for where batches lie in their files.
  private static List<String> batchesOf(String partition) throws IOException {
    try (Stream<Path> files = Files.walk(DIRECTORY, 2)) {
      return files
          .filter(path -> path.getFileName().toString().equals(partition))
          .map(OperationsTest::dump)
          .toList();
    }
  }

  private static String dump(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      String segments =
          files
              .map(Path::toString)
              .filter(name -> name.endsWith(".log"))
              .sorted()
              .collect(Collectors.joining(","));
      return KafkaTool.DUMP_LOG
          .run("--files", segments)
          .expectSuccess()
          .out()
          .lines()
          .filter(line -> line.startsWith("baseOffset"))
          .map(line -> line.replaceAll(" position: \\d+", ""))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String topic(String what, int partitions, int replicas) {
    String name = Suite.unique(what);
    Clients.get(
        clients
            .admin()
            .createTopics(List.of(new NewTopic(name, partitions, (short) replicas)))
            .all());
    return name;
  }
}
