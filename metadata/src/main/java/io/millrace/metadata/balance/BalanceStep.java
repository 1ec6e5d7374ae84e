package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Layout.Broker;
import io.millrace.metadata.balance.Layout.Placement;
import io.millrace.metadata.balance.Layout.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;

/// What a cluster that balances itself does next. A function of the metadata and of what the
/// brokers say of their disks: whoever becomes the active controller goes on where the one before
/// stopped, and remembers nothing but, for a while, how sizes grew.
sealed interface BalanceStep {

  /// Nothing may be moved now.
  ///
  /// @param why for people
  record Rest(String why) implements BalanceStep {}

  /// Nothing is to gain.
  ///
  /// @param notes what is not well all the same, for people
  record Even(List<String> notes) implements BalanceStep {}

  /// Some partitions get other replicas.
  ///
  /// @param now the first of the plan's changes
  /// @param plan all of them
  record Move(List<Plan.Change> now, Plan plan) implements BalanceStep {}

  /// Some partitions get their preferred leaders.
  record Lead(List<TopicPartition> partitions) implements BalanceStep {}

  /// Why nothing may be moved, from the metadata alone; empty where something may.
  ///
  /// While a broker is missing, a replica is out of sync or a partition is being moved (by whom
  /// ever), nothing is begun: what is missing may come back, and a move adds load and takes disk.
  static Optional<String> obstacle(MetadataImage image) {
    for (BrokerRegistration broker : new TreeMap<>(image.cluster().brokers()).values()) {
      if (broker.fenced() || broker.inControlledShutdown()) {
        return Optional.of("broker " + broker.id() + " is missing");
      }
    }
    for (TopicImage topic : new TreeMap<>(image.topics().topicsByName()).values()) {
      for (var entry : new TreeMap<>(topic.partitions()).entrySet()) {
        Optional<String> obstacle = obstacle(entry.getValue());
        if (obstacle.isPresent()) {
          return Optional.of(topic.name() + "-" + entry.getKey() + " " + obstacle.get());
        }
      }
    }
    return Optional.empty();
  }

  /// Decides.
  ///
  /// @param elects whether leaders are moved to the first replicas
  static BalanceStep decide(
      MetadataImage image, Census census, BalancerSettings settings, boolean elects) {
    Optional<String> obstacle = obstacle(image);
    if (obstacle.isPresent()) {
      return new Rest(obstacle.get());
    }
    Plan plan =
        Balancer.plan(layout(image, census), Goals.ALL.withFullPercent(settings.fullPercent()));
    if (!plan.changes().isEmpty()) {
      return new Move(first(plan, settings), plan);
    }
    List<TopicPartition> ledElsewhere = elects ? ledElsewhere(image) : List.of();
    return ledElsewhere.isEmpty()
        ? new Even(plan.notes())
        : new Lead(ledElsewhere.stream().limit(settings.movesAtOnce()).toList());
  }

  private static Layout layout(MetadataImage image, Census census) {
    List<Broker> brokers = new ArrayList<>();
    for (BrokerRegistration broker : new TreeMap<>(image.cluster().brokers()).values()) {
      brokers.add(
          new Broker(
              broker.id(),
              broker.rack().orElse(""),
              broker.hasUncordonedDirs() ? Role.OPEN : Role.CORDONED,
              census.disk(broker.id())));
    }
    List<Placement> placements = new ArrayList<>();
    for (TopicImage topic : new TreeMap<>(image.topics().topicsByName()).values()) {
      new TreeMap<>(topic.partitions())
          .forEach((index, state) -> {
            TopicPartition partition = new TopicPartition(topic.name(), index);
            placements.add(
                new Placement(
                    partition,
                    Arrays.stream(state.replicas).boxed().toList(),
                    census.bytes(partition),
                    census.bytesPerSecond().applyAsLong(partition)));
          });
    }
    return new Layout(brokers, placements);
  }

  /// As many as may be changed at a time, and at least one.
  private static List<Plan.Change> first(Plan plan, BalancerSettings settings) {
    List<Plan.Change> first = new ArrayList<>();
    long bytes = 0;
    for (Plan.Change change : plan.changes()) {
      bytes += change.bytesToCopy();
      if (first.size() == settings.movesAtOnce()
          || (!first.isEmpty() && bytes > settings.bytesAtOnce())) {
        break;
      }
      first.add(change);
    }
    return first;
  }

  private static List<TopicPartition> ledElsewhere(MetadataImage image) {
    List<TopicPartition> found = new ArrayList<>();
    for (TopicImage topic : new TreeMap<>(image.topics().topicsByName()).values()) {
      new TreeMap<>(topic.partitions())
          .forEach((index, state) -> {
            if (!state.hasPreferredLeader()) {
              found.add(new TopicPartition(topic.name(), index));
            }
          });
    }
    return found;
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
