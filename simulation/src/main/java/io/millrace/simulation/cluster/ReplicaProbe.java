package io.millrace.simulation.cluster;

import io.millrace.replication.Partition;
import io.millrace.replication.PartitionStatus;
import io.millrace.server.NodeAssembly;
import io.millrace.simulation.audit.InvariantBroken;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;

/// What can be seen inside the nodes between two steps, looked at many times a virtual second:
///
/// - `OneLeaderAnEpoch` (DESIGN §4, 3): in a partition's epoch, one broker at most leads.
/// - `HighWatermarkStays` (2): a leader's high watermark is never above its log's end, nor does a
///   later look at the same leader in the same epoch and process find it lower.
/// - `MinIsrHeld` (2): while a leader has fewer replicas in sync than `min.insync.replicas`, its
///   high watermark stands still.
public final class ReplicaProbe {

  private record Reign(TopicIdPartition partition, int epoch) {}

  /// @param isrChanges counts them, so that two looks know whether the ISR was the same all along
  private record Seen(
      String incarnation, long highWatermark, boolean underMinIsr, long isrChanges) {

    Seen(String incarnation, PartitionStatus status) {
      this(
          incarnation,
          status.highWatermark(),
          status.isUnderMinIsr(),
          status.isrShrinks() + status.isrExpands());
    }
  }

  private final Map<Reign, Integer> leaders = new LinkedHashMap<>();
  private final Map<Reign, Seen> marks = new LinkedHashMap<>();
  private final Map<TopicPartition, Integer> epochs = new LinkedHashMap<>();

  /// Reigns of leaders seen so far.
  public long elections() {
    return leaders.size();
  }

  /// The highest leader epoch of a partition that was seen at any node until now.
  public int newestEpoch(List<SimulatedNode> nodes, TopicPartition partition) {
    look(nodes);
    return epochs.getOrDefault(partition, 0);
  }

  public void look(List<SimulatedNode> nodes) {
    for (SimulatedNode node : nodes) {
      NodeAssembly assembly = node.assembly();
      if (assembly != null) {
        for (Partition partition : assembly.hosted().partitions()) {
          if (partition.isLeader()) {
            look(node, partition);
          }
        }
      }
    }
  }

  private void look(SimulatedNode node, Partition partition) {
    Reign reign = new Reign(partition.id(), partition.leaderEpoch());
    epochs.merge(partition.topicPartition(), reign.epoch(), Math::max);
    Integer before = leaders.putIfAbsent(reign, node.id());
    if (before != null && before != node.id()) {
      throw new InvariantBroken(
          "OneLeaderAnEpoch",
          String.format(
              "nodes %d and %d both led %s in epoch %d",
              before, node.id(), reign.partition(), reign.epoch()));
    }
    long mark = partition.highWatermark();
    if (mark > partition.logEndOffset()) {
      throw new InvariantBroken(
          "HighWatermarkStays",
          node.name() + ": " + reign + " has its mark at " + mark + " above its log's end");
    }
    Seen now = new Seen(node.machine().incarnation(), partition.status());
    Seen seen = marks.put(reign, now);
    if (seen != null && seen.incarnation().equals(now.incarnation())) {
      compare(node, reign, seen, now);
    }
  }

  private static void compare(SimulatedNode node, Reign reign, Seen seen, Seen now) {
    if (now.highWatermark() < seen.highWatermark()) {
      throw new InvariantBroken(
          "HighWatermarkStays",
          String.format(
              "%s: %s went back from %d to %d",
              node.name(), reign, seen.highWatermark(), now.highWatermark()));
    }
    boolean under = seen.underMinIsr() && now.underMinIsr();
    if (under
        && seen.isrChanges() == now.isrChanges()
        && now.highWatermark() > seen.highWatermark()) {
      throw new InvariantBroken(
          "MinIsrHeld",
          String.format(
              "%s: %s went from %d to %d with too few replicas in sync",
              node.name(), reign, seen.highWatermark(), now.highWatermark()));
    }
  }
}
