package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.client.Failures;
import io.millrace.metadata.balance.Layout;
import io.millrace.metadata.balance.Layout.Broker;
import io.millrace.metadata.balance.Layout.Placement;
import io.millrace.metadata.balance.Layout.Role;
import io.millrace.metadata.balance.TrafficMeter;
import io.millrace.metadata.balance.Volume;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// The brokers and partitions of a cluster as its admin APIs show them at one moment.
///
/// While a partition is being reassigned, a broker shows its replicas of before and after together.
/// Who plans for it starts from those of after ([#replicasToBe]): else it would keep them all.
///
/// @param brokers all that are registered, fenced ones too
/// @param directories what the brokers that answered have on disk
/// @param topics by name
/// @param moving the reassignments that run, as the controller shows them
record ObservedCluster(
    SortedMap<Integer, Node> brokers,
    Map<Integer, Map<String, LogDirDescription>> directories,
    SortedMap<String, TopicDescription> topics,
    Map<TopicPartition, PartitionReassignment> moving) {

  private static final int MOST_LOOKS = 100;
  private static final long LOOK_MS = 100;

  /// Asks for everything; a broker that does not tell its directories is left out there.
  static ObservedCluster of(Admin admin) {
    SortedMap<Integer, Node> brokers = new TreeMap<>();
    var options = new DescribeClusterOptions().includeFencedBrokers(true);
    for (Node node : Failures.await("brokers", admin.describeCluster(options).nodes())) {
      brokers.put(node.id(), node);
    }
    Map<TopicPartition, PartitionReassignment> moving =
        new LinkedHashMap<>(Reassignment.running(admin));
    SortedMap<String, TopicDescription> topics = topics(admin);
    // What has ended since the first look may still be shown, what has begun may be, too.
    moving.putAll(Reassignment.running(admin));
    return new ObservedCluster(brokers, directories(admin, brokers.values()), topics, moving);
  }

  /// All topics. One that is listed and unknown to the broker that describes it has just been made,
  /// or deleted: then everything is asked for again, until both agree.
  private static SortedMap<String, TopicDescription> topics(Admin admin) {
    for (int look = 1; ; look++) {
      Set<String> names =
          Failures.await(
              "topics", admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
      Map<String, KafkaFuture<TopicDescription>> answers =
          admin.describeTopics(names).topicNameValues();
      SortedMap<String, TopicDescription> found = new TreeMap<>();
      for (String name : names) {
        if (look == MOST_LOOKS
            || !Failures.failedWith(UnknownTopicOrPartitionException.class, answers, name)) {
          found.put(name, Failures.await("topic " + name, answers, name));
        }
      }
      if (found.size() == names.size()) {
        return found;
      }
      Reassignment.pause(LOOK_MS, "what was begun goes on");
    }
  }

  private static Map<Integer, Map<String, LogDirDescription>> directories(
      Admin admin, Collection<Node> brokers) {
    List<Integer> alive = brokers.stream().filter(node -> !node.isFenced()).map(Node::id).toList();
    Map<Integer, Map<String, LogDirDescription>> found = new LinkedHashMap<>();
    admin
        .describeLogDirs(alive)
        .descriptions()
        .forEach((id, future) -> {
          try {
            found.put(id, future.get());
          } catch (ExecutionException _) {
            // It went away just now, or we may not ask: sizes are only hints.
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
    return found;
  }

  /// The broker's registration.
  Node broker(int id) {
    Node node = brokers.get(id);
    if (node == null) {
      throw CommandFailure.usage("there is no broker " + id, "brokers here: " + brokers.keySet());
    }
    return node;
  }

  boolean isCordoned(int broker) {
    Map<String, LogDirDescription> dirs = directories.getOrDefault(broker, Map.of());
    return !dirs.isEmpty() && dirs.values().stream().allMatch(LogDirDescription::isCordoned);
  }

  /// What of it the balancer wants to know.
  ///
  /// @param drained brokers that shall lose everything
  /// @param chosen names of topics; empty for all
  /// @param traffic what is written to the partitions
  Layout layout(Set<Integer> drained, Collection<String> chosen, TrafficMeter traffic) {
    List<Broker> seen = new ArrayList<>();
    for (Node node : brokers.values()) {
      Role role =
          drained.contains(node.id())
              ? Role.DRAINED
              : node.isFenced() ? Role.DOWN : isCordoned(node.id()) ? Role.CORDONED : Role.OPEN;
      seen.add(new Broker(node.id(), node.hasRack() ? node.rack() : "", role, disk(node.id())));
    }
    Map<TopicPartition, Long> sizes = sizes();
    List<Placement> placements = new ArrayList<>();
    for (TopicDescription topic : topics.values()) {
      if (chosen.isEmpty() || chosen.contains(topic.name())) {
        for (TopicPartitionInfo info : topic.partitions()) {
          TopicPartition partition = new TopicPartition(topic.name(), info.partition());
          placements.add(
              new Placement(
                  partition,
                  replicasToBe(partition),
                  sizes.getOrDefault(partition, 0L),
                  traffic.bytesPerSecond(partition)));
        }
      }
    }
    return new Layout(seen, placements);
  }

  private Volume disk(int broker) {
    return Volume.of(
        directories.getOrDefault(broker, Map.of()).values().stream()
            .filter(directory -> directory.error() == null)
            .map(directory ->
                new Volume(directory.totalBytes().orElse(-1), directory.usableBytes().orElse(-1)))
            .toList());
  }

  /// The size of each partition's largest replica; copies on their way to another directory do not
  /// count.
  Map<TopicPartition, Long> sizes() {
    Map<TopicPartition, Long> sizes = new LinkedHashMap<>();
    directories
        .values()
        .forEach(dirs ->
            dirs.values()
                .forEach(dir ->
                    dir.replicaInfos()
                        .forEach((partition, replica) -> {
                          if (!replica.isFuture()) {
                            sizes.merge(partition, replica.size(), Math::max);
                          }
                        })));
    return sizes;
  }

  /// The replicas when what runs is done, the preferred leader first.
  List<Integer> replicasToBe(TopicPartition partition) {
    PartitionReassignment now = moving.get(partition);
    return now == null
        ? replicas(info(partition))
        : now.replicas().stream().filter(id -> !now.removingReplicas().contains(id)).toList();
  }

  static List<Integer> replicas(TopicPartitionInfo info) {
    return info.replicas().stream().map(Node::id).toList();
  }

  /// The partitions that words such as `orders` or `orders:3` name.
  List<TopicPartition> partitions(Collection<String> words) {
    List<TopicPartition> chosen = new ArrayList<>();
    for (String word : words) {
      int colon = word.indexOf(':');
      String name = colon < 0 ? word : word.substring(0, colon);
      TopicDescription topic = topics.get(name);
      if (topic == null) {
        throw CommandFailure.failed("there is no topic " + name, "see: millrace topic list");
      }
      List<TopicPartition> matching =
          topic.partitions().stream()
              .filter(info -> colon < 0 || word.substring(colon + 1).equals("" + info.partition()))
              .map(info -> new TopicPartition(name, info.partition()))
              .toList();
      if (matching.isEmpty()) {
        throw CommandFailure.usage(
            "there is no partition " + word,
            name + " has partitions 0 to " + (topic.partitions().size() - 1));
      }
      chosen.addAll(matching);
    }
    return chosen;
  }

  TopicPartitionInfo info(TopicPartition partition) {
    TopicDescription topic = topics.get(partition.topic());
    return java.util.Objects.requireNonNull(topic).partitions().stream()
        .filter(info -> info.partition() == partition.partition())
        .findFirst()
        .orElseThrow();
  }
}
