package io.millrace.replication;

import io.millrace.log.LogConfig;
import org.apache.kafka.image.MetadataImage;

/// A topic's effective settings (its own, over the broker's dynamic and static ones, over Kafka's
/// defaults), as far as partitions care.
public record TopicSettings(LogConfig log, int minInSyncReplicas) {

  /// Where effective settings come from. Thread-safe.
  @FunctionalInterface
  public interface Source {
    TopicSettings of(MetadataImage image, String topic);
  }
}
