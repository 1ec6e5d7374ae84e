package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Layout.Broker;
import io.millrace.metadata.balance.Layout.Placement;
import io.millrace.metadata.balance.Layout.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;

/// What a cluster that balances itself does next. A function of the metadata alone: whoever becomes
/// the active controller goes on where the one before stopped, and remembers nothing.
sealed interface BalanceStep {

  /// Nothing may be moved now.
  ///
  /// @param why for people
  record Rest(String why) implements BalanceStep {}

  /// Nothing is to gain.
  record Even() implements BalanceStep {}

  /// Some partitions get other replicas.
  ///
  /// @param now the first of the plan's changes
  /// @param plan all of them
  record Move(List<Plan.Change> now, Plan plan) implements BalanceStep {}

  /// Some partitions get their preferred leaders.
  record Lead(List<TopicPartition> partitions) implements BalanceStep {}

  /// Decides.
  ///
  /// While a broker is missing, a replica is out of sync or a partition is being moved (by whom
  /// ever), nothing is begun: what is missing may come back, and a move adds load and takes disk.
  ///
  /// @param most partitions to change at a time
  /// @param elects whether leaders are moved to the first replicas
  static BalanceStep decide(MetadataImage image, int most, boolean elects) {
    List<Broker> brokers = new ArrayList<>();
    for (BrokerRegistration broker : new TreeMap<>(image.cluster().brokers()).values()) {
      if (broker.fenced() || broker.inControlledShutdown()) {
        return new Rest("broker " + broker.id() + " is missing");
      }
      brokers.add(
          new Broker(
              broker.id(),
              broker.rack().orElse(""),
              broker.hasUncordonedDirs() ? Role.OPEN : Role.CORDONED));
    }
    List<Placement> placements = new ArrayList<>();
    List<TopicPartition> ledElsewhere = new ArrayList<>();
    Map<String, TopicImage> topics = new TreeMap<>(image.topics().topicsByName());
    for (TopicImage topic : topics.values()) {
      for (var entry : new TreeMap<>(topic.partitions()).entrySet()) {
        TopicPartition partition = new TopicPartition(topic.name(), entry.getKey());
        PartitionRegistration state = entry.getValue();
        Optional<String> obstacle = obstacle(state);
        if (obstacle.isPresent()) {
          return new Rest(partition + " " + obstacle.get());
        }
        placements.add(new Placement(partition, Arrays.stream(state.replicas).boxed().toList(), 0));
        if (!state.hasPreferredLeader()) {
          ledElsewhere.add(partition);
        }
      }
    }
    // Sizes are not in the metadata: bytes are left to the command.
    Plan plan = Balancer.plan(new Layout(brokers, placements), new Goals(true, false, true));
    if (!plan.changes().isEmpty()) {
      return new Move(plan.changes().stream().limit(most).toList(), plan);
    }
    return elects && !ledElsewhere.isEmpty()
        ? new Lead(ledElsewhere.stream().limit(most).toList())
        : new Even();
  }

  private static Optional<String> obstacle(PartitionRegistration state) {
    if (state.addingReplicas.length + state.removingReplicas.length > 0) {
      return Optional.of("is being moved");
    }
    if (state.leader < 0 || state.isr.length < state.replicas.length) {
      return Optional.of("lacks replicas in sync");
    }
    return Optional.empty();
  }
}
