package io.millrace.metadata.balance;

import java.util.List;
import org.apache.kafka.common.TopicPartition;

/// A cluster as the balancer sees it.
///
/// @param brokers all registered brokers, each id once
/// @param partitions what is to be balanced; replicas on brokers that are not registered are moved
public record Layout(List<Broker> brokers, List<Placement> partitions) {

  public Layout {
    brokers = List.copyOf(brokers);
    partitions = List.copyOf(partitions);
  }

  /// What a broker may be asked for.
  public enum Role {
    /// Takes replicas and leads.
    OPEN,
    /// Keeps what it has and leads, but takes nothing more.
    CORDONED,
    /// Not there now, expected back: keeps what it has.
    DOWN,
    /// Shall lose everything.
    DRAINED
  }

  /// One broker.
  ///
  /// @param rack where it stands; empty where nobody said, which counts as a rack of its own
  /// @param disk all its disks together
  public record Broker(int id, String rack, Role role, Volume disk) {

    /// One whose disks nobody knows.
    public Broker(int id, String rack, Role role) {
      this(id, rack, role, Volume.UNKNOWN);
    }
  }

  /// One partition.
  ///
  /// @param replicas broker ids, the first being the preferred leader
  /// @param bytes the size of one replica, 0 if not known
  /// @param bytesPerSecond what is written to it, 0 if not known
  public record Placement(
      TopicPartition partition, List<Integer> replicas, long bytes, long bytesPerSecond) {
    public Placement {
      replicas = List.copyOf(replicas);
    }

    /// One whose traffic nobody knows.
    public Placement(TopicPartition partition, List<Integer> replicas, long bytes) {
      this(partition, replicas, bytes, 0);
    }
  }
}
