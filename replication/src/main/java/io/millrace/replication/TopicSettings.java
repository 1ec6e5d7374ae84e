package io.millrace.replication;

import io.millrace.log.LogConfig;
import org.apache.kafka.image.MetadataImage;

/// A topic's effective settings (its own, over the broker's dynamic and static ones, over Kafka's
/// defaults), as far as partitions care.
///
/// @param throttledLeaders replicas here that send to catching-up followers within a limit
/// @param throttledFollowers replicas here that catch up within a limit
public record TopicSettings(
    LogConfig log,
    int minInSyncReplicas,
    ThrottledReplicas throttledLeaders,
    ThrottledReplicas throttledFollowers) {

  /// With nothing throttled.
  public TopicSettings(LogConfig log, int minInSyncReplicas) {
    this(log, minInSyncReplicas, ThrottledReplicas.NONE, ThrottledReplicas.NONE);
  }

  /// Where effective settings come from. Thread-safe.
  @FunctionalInterface
  public interface Source {
    TopicSettings of(MetadataImage image, String topic);
  }
}
