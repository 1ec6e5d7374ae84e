package io.millrace.cli.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.balance.Goals;
import io.millrace.metadata.balance.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;

/// What a drain asks for while somebody else moves replicas. Brokers show the replicas of before
/// and after together.
class BrokerDrainTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

  @Test
  void whatIsOnItsWayInGoesElsewhereAndTheNumberOfReplicasStays() {
    Plan plan = drainOf4(5, moving(List.of(1, 2, 4, 3), List.of(4), List.of(3)));

    assertThat(plan.stuck()).isEmpty();
    assertThat(plan.changes())
        .singleElement()
        .satisfies(change -> {
          assertThat(change.partition()).isEqualTo(ORDERS);
          assertThat(change.to()).hasSize(3).contains(1, 2).doesNotContain(4);
        });
  }

  @Test
  void whatIsOnItsWayInGoesBackWhereNobodyElseIsThere() {
    Plan plan = drainOf4(4, moving(List.of(1, 2, 4, 3), List.of(4), List.of(3)));

    assertThat(plan.stuck()).isEmpty();
    assertThat(plan.changes().getFirst().to()).containsExactly(1, 2, 3);
  }

  @Test
  void whatIsOnItsWayOutIsWaitedFor() {
    Plan plan = drainOf4(5, moving(List.of(1, 2, 5, 4), List.of(5), List.of(4)));

    assertThat(plan.stuck()).isEmpty();
    assertThat(plan.changes())
        .singleElement()
        .satisfies(change -> {
          assertThat(change.to()).containsExactly(1, 2, 5);
          assertThat(change.copies()).isZero();
          assertThat(change.reasons()).containsExactly("leaves broker 4 already");
        });
  }

  /// As Kafka's controllers leave it where somebody takes back what was still being added.
  @Test
  void whatIsAddedAndRemovedAtOnceIsAskedToGo() {
    Plan plan = drainOf4(4, moving(List.of(1, 2, 3, 4), List.of(4), List.of(4)));

    assertThat(plan.changes().getFirst().to()).containsExactly(1, 2, 3);
  }

  private static PartitionReassignment moving(
      List<Integer> replicas, List<Integer> adding, List<Integer> removing) {
    return new PartitionReassignment(replicas, adding, removing);
  }

  private static Plan drainOf4(int brokers, PartitionReassignment moving) {
    SortedMap<Integer, Node> nodes = new TreeMap<>();
    IntStream.rangeClosed(1, brokers).forEach(id -> nodes.put(id, new Node(id, "host" + id, 9092)));
    List<Node> shown = moving.replicas().stream().map(nodes::get).toList();
    SortedMap<String, TopicDescription> topics = new TreeMap<>();
    topics.put(
        ORDERS.topic(),
        new TopicDescription(
            ORDERS.topic(),
            false,
            List.of(new TopicPartitionInfo(0, shown.getFirst(), shown, shown))));
    Map<TopicPartition, PartitionReassignment> running = new LinkedHashMap<>();
    running.put(ORDERS, moving);
    return BrokerDrain.plan(
        new ObservedCluster(nodes, Map.of(), topics, running), 4, Goals.EVACUATE);
  }
}
