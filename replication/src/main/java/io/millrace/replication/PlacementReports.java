package io.millrace.replication;

import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.TopicsImage;
import org.apache.kafka.metadata.PartitionRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the controller in which log directory a replica lies, where that is not the one that the
/// metadata names (KIP-858).
///
/// A replica whose directory is gone, because its disk was replaced, is made anew and empty. It is
/// told of only when there is a leader to copy from in a metadata image that has this broker's
/// registration. Until then the controller does not know its directory, and so cannot elect it: not
/// even as the last known leader of KIP-966, which it is where it registers last of all after a
/// power failure. It would have the others, who may have lost nothing, cut all that they have. A
/// leader that is elected after the registration ends that: nobody is the last known one any more,
/// and this replica is not in sync. Kafka's broker tells at once. Where there is no other replica,
/// nothing is left to wait for.
///
/// Lives on the metadata loop, but for [#report].
final class PlacementReports {

  private static final Logger LOG = LoggerFactory.getLogger(PlacementReports.class);

  private final ControllerReports reports;
  private final Set<Partition> heldBack = new LinkedHashSet<>();

  PlacementReports(ControllerReports reports) {
    this.reports = reports;
  }

  /// The replica is hosted now.
  ///
  /// @param named the directory that the metadata has for it, or a reserved id
  /// @param alone it is the partition's only replica
  void onHosted(Partition partition, Uuid named, boolean alone) {
    if (named.equals(DirectoryId.MIGRATING) || named.equals(partition.hosted().directory().id())) {
      return;
    }
    if (DirectoryId.reserved(named) || alone) {
      report(partition);
      return;
    }
    LOG.warn(
        "{} begins anew in {}: log directory {}, where it was, is gone",
        partition.topicPartition(),
        partition.hosted().directory().path(),
        named);
    heldBack.add(partition);
  }

  /// The metadata has changed.
  ///
  /// @param registered it has this broker's registration
  void onImage(TopicsImage topics, boolean registered) {
    if (!registered) {
      return;
    }
    heldBack.removeIf(partition -> {
      PartitionRegistration registration =
          topics.getPartition(partition.id().topicId(), partition.id().partition());
      boolean led = registration != null && registration.leader >= 0;
      if (led) {
        report(partition);
      }
      return led;
    });
  }

  /// The replica has left.
  void forget(Partition partition) {
    heldBack.remove(partition);
  }

  /// Tells where the replica lies. Any thread.
  void report(Partition partition) {
    reports.onPlaced(partition.id(), partition.hosted().directory().id());
  }
}
