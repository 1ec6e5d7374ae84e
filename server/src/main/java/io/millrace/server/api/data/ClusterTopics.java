package io.millrace.server.api.data;

import io.millrace.replication.Partitions;
import io.millrace.replication.TopicTable;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.jspecify.annotations.Nullable;

/// Tells partitions that live elsewhere from those that do not exist. Any thread.
public final class ClusterTopics {

  private final Partitions partitions;
  private final Supplier<MetadataImage> image;
  private final @Nullable ReplicaChoice choice;

  public ClusterTopics(Partitions partitions, Supplier<MetadataImage> image) {
    this(partitions, image, null);
  }

  /// @param choice where consumers may be sent to other replicas, null where they never are
  public ClusterTopics(
      Partitions partitions, Supplier<MetadataImage> image, @Nullable ReplicaChoice choice) {
    this.partitions = partitions;
    this.image = image;
    this.choice = choice;
  }

  @Nullable ReplicaChoice replicaChoice() {
    return choice;
  }

  /// What this broker hosts.
  public TopicTable hosted() {
    return partitions.table();
  }

  /// Throttled followers have been sent so much.
  void countThrottled(long bytes) {
    partitions.quotas().leader().record(bytes);
  }

  public MetadataImage image() {
    return image.get();
  }

  /// Why a partition named by topic is not here: UNKNOWN_TOPIC_OR_PARTITION or
  /// NOT_LEADER_OR_FOLLOWER.
  public Errors absent(String topic, int index) {
    return absent(image.get().topics().getTopic(topic), index, Errors.UNKNOWN_TOPIC_OR_PARTITION);
  }

  /// Why a partition named by topic id is not here: UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION or
  /// NOT_LEADER_OR_FOLLOWER.
  public Errors absent(Uuid topicId, int index) {
    return absent(image.get().topics().getTopic(topicId), index, Errors.UNKNOWN_TOPIC_ID);
  }

  private static Errors absent(@Nullable TopicImage topic, int index, Errors unknownTopic) {
    if (topic == null) {
      return unknownTopic;
    }
    return topic.partitions().containsKey(index)
        ? Errors.NOT_LEADER_OR_FOLLOWER
        : Errors.UNKNOWN_TOPIC_OR_PARTITION;
  }
}
