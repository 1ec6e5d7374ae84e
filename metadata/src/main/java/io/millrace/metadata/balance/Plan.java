package io.millrace.metadata.balance;

import java.util.List;
import org.apache.kafka.common.TopicPartition;

/// What the balancer proposes.
///
/// @param changes the most urgent first, else in the order of the layout; empty where nothing is to
///   gain
/// @param stuck partitions with a replica on a drained broker that nobody can take over
/// @param notes what is not well and cannot be helped, for people
/// @param before what each broker holds now, by id
/// @param after what it would hold
public record Plan(
    List<Change> changes,
    List<TopicPartition> stuck,
    List<String> notes,
    List<Share> before,
    List<Share> after) {

  public Plan {
    changes = List.copyOf(changes);
    stuck = List.copyOf(stuck);
    notes = List.copyOf(notes);
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /// What a change serves, the most urgent first.
  public enum Goal {
    /// A replica lies on a broker that is drained or not registered.
    EVACUATION,
    /// A disk is too full.
    FULL_DISK,
    /// Replicas share a rack.
    RACKS,
    /// Brokers hold unequal numbers of replicas.
    COUNTS,
    /// Brokers hold unequal numbers of bytes.
    BYTES,
    /// Brokers lead unequal numbers of partitions.
    LEADERS,
    /// Leaders get unequal traffic.
    TRAFFIC,
    /// Somebody wants it so.
    ASKED
  }

  /// A partition's new replicas.
  ///
  /// @param goal the most urgent one that it serves
  /// @param reasons why, one for each step that touched it
  public record Change(
      TopicPartition partition,
      List<Integer> from,
      List<Integer> to,
      long bytes,
      Goal goal,
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
  /// @param bytesPerSecond what is written to these, as far as it is known
  /// @param diskPercent how full its disks are, whoever filled them; −1 where nobody knows
  public record Share(
      int broker, int replicas, int leaders, long bytes, long bytesPerSecond, int diskPercent) {}

  public long bytesToCopy() {
    return changes.stream().mapToLong(Change::bytesToCopy).sum();
  }
}
