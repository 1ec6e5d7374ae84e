package io.millrace.server.api;

import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.FinalizedFeatures;
import org.apache.kafka.server.common.MetadataVersion;

/// The cluster as this node may speak of it: the latest image that all rooms below have taken in.
/// Any thread.
public interface ClusterView {

  String clusterId();

  MetadataImage image();

  /// The image behind Kafka's queries.
  KRaftMetadataCache cache();

  /// The node that leads the quorum as far as known here, -1 for none.
  int quorumLeader();

  /// What the cluster has finalized; the least that there can be while nothing is known of it yet,
  /// as peers ask before the first election.
  default FinalizedFeatures features() {
    return image().features().metadataVersion().isPresent()
        ? cache().features()
        : FinalizedFeatures.fromKRaftVersion(MetadataVersion.MINIMUM_VERSION);
  }

  /// A broker that a client may ask for what only the controller does (any broker forwards it):
  /// spread over the unfenced brokers by `seed`, -1 without any.
  default int someBroker(int seed) {
    int[] alive =
        image().cluster().brokers().values().stream()
            .filter(broker -> !broker.fenced())
            .mapToInt(broker -> broker.id())
            .sorted()
            .toArray();
    return alive.length == 0 ? -1 : alive[Math.floorMod(seed, alive.length)];
  }
}
