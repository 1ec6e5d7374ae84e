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
  public record Broker(int id, String rack, Role role) {}

  /// One partition.
  ///
  /// @param replicas broker ids, the first being the preferred leader
  /// @param bytes the size of one replica, 0 if not known
  public record Placement(TopicPartition partition, List<Integer> replicas, long bytes) {
    public Placement {
      replicas = List.copyOf(replicas);
    }
  }
}
