package io.millrace.cli.operate;

import io.millrace.cli.Json;
import io.millrace.cli.client.Failures;
import io.millrace.metadata.balance.ByteCount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/// How a cluster is at one moment, as its brokers say: who is there, who leads, what lacks replicas
/// or a leader, and how much is still to be copied.
///
/// @param troubled partitions that lack an in-sync replica or a leader, by name
public record ClusterHealth(
    int controller,
    int controllerEpoch,
    List<Voter> voters,
    List<Broker> brokers,
    int partitions,
    int reassigning,
    List<Trouble> troubled) {

  private static final int SHOWN = 20;

  /// A few records are always under way.
  private static final int NOTABLE_LAG = 20;

  /// A controller of the quorum.
  ///
  /// @param lag metadata records that it lacks, -1 while the leader has not heard of it
  public record Voter(int id, long lag) {}

  /// A registered broker.
  ///
  /// @param state `open`, `cordoned` or `fenced`
  /// @param behindBytes what its replicas that are not in sync lack of their leaders' bytes
  public record Broker(
      int id,
      String address,
      String rack,
      String state,
      int leaders,
      int replicas,
      int inSync,
      long bytes,
      long behindBytes) {}

  /// A partition that is not whole.
  ///
  /// @param leader -1 where it has none
  public record Trouble(
      TopicPartition partition, int leader, List<Integer> replicas, List<Integer> isr) {}

  /// Asks the cluster's brokers.
  public static ClusterHealth of(Admin admin) {
    QuorumInfo quorum = Failures.await("quorum", admin.describeMetadataQuorum().quorumInfo());
    ObservedCluster cluster = ObservedCluster.of(admin);
    List<Trouble> troubled = new ArrayList<>();
    Map<Integer, Tally> tallies = new LinkedHashMap<>();
    cluster.brokers().keySet().forEach(id -> tallies.put(id, new Tally()));
    int partitions = 0;
    for (TopicDescription topic : cluster.topics().values()) {
      for (TopicPartitionInfo info : topic.partitions()) {
        partitions++;
        TopicPartition partition = new TopicPartition(topic.name(), info.partition());
        count(cluster, partition, info, tallies);
        if (info.leader() == null || info.isr().size() < info.replicas().size()) {
          troubled.add(trouble(partition, info));
        }
      }
    }
    List<Broker> brokers = new ArrayList<>();
    for (Node node : cluster.brokers().values()) {
      brokers.add(broker(cluster, node, Objects.requireNonNull(tallies.get(node.id()))));
    }
    return new ClusterHealth(
        quorum.leaderId(),
        Math.toIntExact(quorum.leaderEpoch()),
        voters(quorum),
        brokers,
        partitions,
        cluster.moving().size(),
        troubled);
  }

  private static final class Tally {
    int leaders;
    int replicas;
    int inSync;
    long behindBytes;
  }

  private static List<Voter> voters(QuorumInfo quorum) {
    long end =
        quorum.voters().stream()
            .filter(voter -> voter.replicaId() == quorum.leaderId())
            .mapToLong(ReplicaState::logEndOffset)
            .findFirst()
            .orElse(quorum.highWatermark());
    return quorum.voters().stream()
        .map(voter -> new Voter(voter.replicaId(), QuorumDescribe.lag(voter, end)))
        .toList();
  }

  private static void count(
      ObservedCluster cluster,
      TopicPartition partition,
      TopicPartitionInfo info,
      Map<Integer, Tally> tallies) {
    Node leader = info.leader();
    long whole = leader == null ? 0 : size(cluster, leader.id(), partition);
    for (Node replica : info.replicas()) {
      Tally tally = tallies.computeIfAbsent(replica.id(), _ -> new Tally());
      tally.replicas++;
      tally.leaders += leader != null && leader.id() == replica.id() ? 1 : 0;
      if (info.isr().stream().anyMatch(node -> node.id() == replica.id())) {
        tally.inSync++;
      } else {
        tally.behindBytes += Math.max(0, whole - size(cluster, replica.id(), partition));
      }
    }
  }

  private static long size(ObservedCluster cluster, int broker, TopicPartition partition) {
    for (LogDirDescription directory :
        cluster.directories().getOrDefault(broker, Map.of()).values()) {
      ReplicaInfo replica = directory.replicaInfos().get(partition);
      if (replica != null && !replica.isFuture()) {
        return replica.size();
      }
    }
    return 0;
  }

  private static Trouble trouble(TopicPartition partition, TopicPartitionInfo info) {
    return new Trouble(
        partition,
        info.leader() == null ? -1 : info.leader().id(),
        ObservedCluster.replicas(info),
        info.isr().stream().map(Node::id).toList());
  }

  private static Broker broker(ObservedCluster cluster, Node node, Tally tally) {
    long bytes =
        cluster.directories().getOrDefault(node.id(), Map.of()).values().stream()
            .flatMap(directory -> directory.replicaInfos().values().stream())
            .mapToLong(ReplicaInfo::size)
            .sum();
    return new Broker(
        node.id(),
        node.host() + ":" + node.port(),
        node.hasRack() ? node.rack() : "",
        node.isFenced() ? "fenced" : cluster.isCordoned(node.id()) ? "cordoned" : "open",
        tally.leaders,
        tally.replicas,
        tally.inSync,
        bytes,
        tally.behindBytes);
  }

  /// Partitions without a leader.
  public long offline() {
    return troubled.stream().filter(trouble -> trouble.leader < 0).count();
  }

  /// For programs.
  public Map<String, Object> toJson() {
    return Json.object(
        "controller",
        controller,
        "controller_epoch",
        controllerEpoch,
        "voters",
        voters.stream().map(voter -> Json.object("id", voter.id, "lag", voter.lag)).toList(),
        "brokers",
        brokers.stream().map(ClusterHealth::toJson).toList(),
        "partitions",
        partitions,
        "under_replicated",
        troubled.size(),
        "offline",
        offline(),
        "reassigning",
        reassigning,
        "troubled",
        troubled.stream().map(ClusterHealth::toJson).toList());
  }

  private static Map<String, Object> toJson(Broker broker) {
    return Json.object(
        "id", broker.id,
        "address", broker.address,
        "rack", broker.rack,
        "state", broker.state,
        "leaders", broker.leaders,
        "replicas", broker.replicas,
        "in_sync", broker.inSync,
        "bytes", broker.bytes,
        "behind_bytes", broker.behindBytes);
  }

  private static Map<String, Object> toJson(Trouble trouble) {
    return Json.object(
        "topic", trouble.partition.topic(),
        "partition", trouble.partition.partition(),
        "leader", trouble.leader,
        "replicas", trouble.replicas,
        "isr", trouble.isr);
  }

  /// For people.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    StringBuilder quorum = new StringBuilder("controller " + controller + "  voters");
    for (Voter voter : voters) {
      quorum.append(' ').append(voter.id);
      if (voter.lag < 0 || voter.lag >= NOTABLE_LAG) {
        quorum.append(voter.lag < 0 ? " (silent)" : " (lag " + voter.lag + ")");
      }
    }
    lines.add(quorum.toString());
    for (Broker broker : brokers) {
      lines.add(
          String.format(
              Locale.ROOT,
              "broker %d  %-8s  %s%s  leads %d  replicas %d (%d in sync)  %s%s",
              broker.id,
              broker.state,
              broker.address,
              broker.rack.isEmpty() ? "" : "  rack " + broker.rack,
              broker.leaders,
              broker.replicas,
              broker.inSync,
              ByteCount.text(broker.bytes),
              broker.behindBytes == 0 ? "" : "  behind by " + ByteCount.text(broker.behindBytes)));
    }
    lines.add(
        "partitions "
            + partitions
            + "  under-replicated "
            + troubled.size()
            + "  offline "
            + offline()
            + "  reassigning "
            + reassigning);
    troubled.stream().limit(SHOWN).forEach(trouble -> lines.add("  " + line(trouble)));
    if (troubled.size() > SHOWN) {
      lines.add("  and " + (troubled.size() - SHOWN) + " more: millrace partition status");
    }
    return lines;
  }

  private static String line(Trouble trouble) {
    return trouble.partition
        + "  leader "
        + (trouble.leader < 0 ? "none" : trouble.leader)
        + "  replicas "
        + trouble.replicas
        + "  isr "
        + trouble.isr;
  }
}
