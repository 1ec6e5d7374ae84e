package io.millrace.simulation.cluster;

import io.millrace.server.NodeAssembly;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;
import org.jspecify.annotations.Nullable;

/// What the newest image of a cluster says of its partitions.
final class ReplicaStates {

  private ReplicaStates() {}

  /// The image with the most committed records, null while no node runs.
  static @Nullable MetadataImage newest(List<SimulatedNode> nodes) {
    MetadataImage newest = null;
    for (SimulatedNode node : nodes) {
      NodeAssembly assembly = node.assembly();
      MetadataImage image = assembly == null ? null : assembly.image();
      if (image != null && (newest == null || image.offset() > newest.offset())) {
        newest = image;
      }
    }
    return newest;
  }

  /// Whether every node serves and every partition has a leader and all its replicas in sync.
  static boolean whole(List<SimulatedNode> nodes) {
    return nodes.stream().allMatch(SimulatedNode::isReady) && offender(nodes) == null;
  }

  /// A partition that is not whole, for people; null when there is none.
  static @Nullable String offender(List<SimulatedNode> nodes) {
    return find(
        nodes,
        partition -> partition.leader < 0 || partition.isr.length < partition.replicas.length);
  }

  static int leads(List<SimulatedNode> nodes, int id) {
    return partitions(nodes).mapToInt(partition -> partition.leader == id ? 1 : 0).sum();
  }

  static int holds(List<SimulatedNode> nodes, int id) {
    return (int)
        partitions(nodes)
            .filter(partition -> Arrays.stream(partition.replicas).anyMatch(each -> each == id))
            .count();
  }

  static int moving(List<SimulatedNode> nodes) {
    return (int)
        partitions(nodes)
            .filter(each -> each.addingReplicas.length + each.removingReplicas.length > 0)
            .count();
  }

  static int fewestInSync(List<SimulatedNode> nodes) {
    return partitions(nodes).mapToInt(each -> each.isr.length).min().orElse(0);
  }

  static int reigns(List<SimulatedNode> nodes) {
    return quorumEpoch(nodes) + partitions(nodes).mapToInt(each -> each.leaderEpoch).sum();
  }

  static int quorumEpoch(List<SimulatedNode> nodes) {
    MetadataImage image = newest(nodes);
    return image == null ? 0 : image.highestOffsetAndEpoch().epoch();
  }

  private static Stream<PartitionRegistration> partitions(List<SimulatedNode> nodes) {
    MetadataImage image = newest(nodes);
    return image == null
        ? Stream.empty()
        : image.topics().topicsByName().values().stream()
            .flatMap(topic -> topic.partitions().values().stream());
  }

  static List<Integer> fenced(List<SimulatedNode> nodes) {
    MetadataImage image = newest(nodes);
    return image == null
        ? List.of()
        : image.cluster().brokers().values().stream()
            .filter(BrokerRegistration::fenced)
            .map(BrokerRegistration::id)
            .sorted()
            .toList();
  }

  private static @Nullable String find(
      List<SimulatedNode> nodes, Predicate<PartitionRegistration> wanted) {
    MetadataImage image = newest(nodes);
    if (image == null) {
      return "no node runs";
    }
    for (TopicImage topic : new TreeMap<>(image.topics().topicsByName()).values()) {
      for (var entry : new TreeMap<>(topic.partitions()).entrySet()) {
        if (wanted.test(entry.getValue())) {
          return topic.name() + "-" + entry.getKey() + ": " + entry.getValue();
        }
      }
    }
    return null;
  }
}
