package io.millrace.metadata.balance;

import java.util.List;
import org.apache.kafka.common.TopicPartition;

/// What the balancer proposes.
///
/// @param changes in the order of the layout; empty where nothing is to gain
/// @param stuck partitions with a replica on a drained broker that nobody can take over
/// @param before what each broker holds now, by id
/// @param after what it would hold
public record Plan(
    List<Change> changes, List<TopicPartition> stuck, List<Share> before, List<Share> after) {

  public Plan {
    changes = List.copyOf(changes);
    stuck = List.copyOf(stuck);
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /// A partition's new replicas.
  ///
  /// @param reasons why, one for each step that touched it
  public record Change(
      TopicPartition partition,
      List<Integer> from,
      List<Integer> to,
      long bytes,
      List<String> reasons) {
    public Change {
      from = List.copyOf(from);
      to = List.copyOf(to);
      reasons = List.copyOf(reasons);
    }

    /// How many replicas have to be copied; 0 where only the preferred leader changes.
    public int copies() {
      return (int) to.stream().filter(id -> !from.contains(id)).count();
    }

    /// The bytes that have to be copied.
    public long bytesToCopy() {
      return copies() * bytes;
    }
  }

  /// What a broker holds.
  ///
  /// @param leaders partitions whose preferred leader it is
  public record Share(int broker, int replicas, int leaders, long bytes) {}

  public long bytesToCopy() {
    return changes.stream().mapToLong(Change::bytesToCopy).sum();
  }
}
