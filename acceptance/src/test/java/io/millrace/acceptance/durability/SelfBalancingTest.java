package io.millrace.acceptance.durability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.LocalCluster;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A cluster that balances itself (`balancer.mode=automatic`): what lies badly, and what a broker
/// that joins makes uneven, is moved while records flow; no client sees an error, and nothing is
/// lost.
@OnlyMillrace
class SelfBalancingTest {
  private static final int PARTITIONS = 8;

  @RegisterExtension
  static final LocalCluster CLUSTER =
      new LocalCluster(
          Suite.scratchDirectory("balancing"),
          "balancer.mode=automatic",
          "balancer.moves=4",
          "balancer.calm.ms=1000",
          // All nodes are on the disk of whoever runs this, however full it is.
          "balancer.disk.full.percent=100");

  @Test
  void evensOutWhatLiesBadlyAndWhatANewBrokerMakesUneven() throws IOException {
    String topic = Suite.unique("skewed");
    try (Clients clients = new Clients(CLUSTER.bootstrap())) {
      Map<Integer, List<Integer>> assignment = new TreeMap<>();
      for (int i = 0; i < PARTITIONS; i++) {
        assignment.put(i, List.of(1, 2));
      }
      Clients.get(clients.admin().createTopics(List.of(new NewTopic(topic, assignment))).all());
      try (NumberedRecords records =
          new NumberedRecords(clients, topic, PARTITIONS, Duration.ofMillis(5))) {
        Await.until(
            "three brokers hold alike", SelfBalancingTest::brokers, found -> areAlike(found, 3));
        try (Program.Running _ = FourthBroker.start(CLUSTER, clients)) {
          Await.until(
              "four brokers hold alike", SelfBalancingTest::brokers, found -> areAlike(found, 4));
          records.finish();
          records.checkAllOnceAndInOrder();
        }
      }
    }
    assertThat(told())
        .anyMatch(
            line -> line.contains(topic) && line.contains("holds more replicas than broker 3"))
        .anyMatch(
            line -> line.contains(topic) && line.contains("holds more replicas than broker 4"));
  }

  private static List<JsonNode> brokers() {
    return CLUSTER.jsonLines("broker", "list");
  }

  /// Whether so many brokers share replicas and leaders as evenly as they can be shared.
  private static boolean areAlike(List<JsonNode> brokers, int count) {
    return brokers.size() == count
        && brokers.stream()
            .allMatch(broker ->
                isShare(broker.path("replicas").asInt(), 2 * PARTITIONS, count)
                    && isShare(broker.path("leaders").asInt(), PARTITIONS, count)
                    && broker.path("in_sync").equals(broker.path("replicas")));
  }

  private static boolean isShare(int held, int all, int brokers) {
    return held == all / brokers || held == (all + brokers - 1) / brokers;
  }

  /// What the balancers said in the nodes' logs.
  private static List<String> told() throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(CLUSTER.directory(), 2)) {
      for (Path file : files.filter(SelfBalancingTest::isNodesLog).toList()) {
        Files.readAllLines(file).stream()
            .filter(line -> line.contains("Balancer: "))
            .forEach(lines::add);
      }
    }
    return lines;
  }

  private static boolean isNodesLog(Path file) {
    return file.getFileName().toString().endsWith(".out");
  }
}
