package io.millrace.server.api;

import io.millrace.server.config.EffectiveConfig;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfigCollection;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;

/// How topics that nobody described are made: the coordinators' own, and those that a client merely
/// named.
///
/// Where the replication factor of an internal topic is not set, it is 3, or as many brokers as
/// there are; Kafka would refuse to create it on fewer than 3 instead. A set value is obeyed.
public final class InternalTopics {

  private static final short WANTED_REPLICAS = 3;

  private InternalTopics() {}

  /// What to ask the controller for to have `name`.
  public static CreatableTopic creatable(String name, EffectiveConfig config, MetadataImage image) {
    return switch (name) {
      case Topic.GROUP_METADATA_TOPIC_NAME ->
          coordinatorTopic(name, "offsets.topic", config, image)
              .setConfigs(
                  configs(
                      Map.of(
                          TopicConfig.CLEANUP_POLICY_CONFIG,
                          TopicConfig.CLEANUP_POLICY_COMPACT,
                          TopicConfig.COMPRESSION_TYPE_CONFIG,
                          "producer",
                          TopicConfig.SEGMENT_BYTES_CONFIG,
                          text(config, "offsets.topic.segment.bytes"))));
      case Topic.TRANSACTION_STATE_TOPIC_NAME -> transactionState(config, image);
      case Topic.SHARE_GROUP_STATE_TOPIC_NAME -> shareGroupState(config, image);
      default -> ordinary(name, config);
    };
  }

  private static CreatableTopic transactionState(EffectiveConfig config, MetadataImage image) {
    CreatableTopic topic =
        coordinatorTopic(
            Topic.TRANSACTION_STATE_TOPIC_NAME, "transaction.state.log", config, image);
    return topic.setConfigs(
        configs(
            Map.of(
                TopicConfig.UNCLEAN_LEADER_ELECTION_ENABLE_CONFIG,
                "false",
                TopicConfig.COMPRESSION_TYPE_CONFIG,
                "uncompressed",
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                minInSync("transaction.state.log.min.isr", topic, config),
                TopicConfig.SEGMENT_BYTES_CONFIG,
                text(config, "transaction.state.log.segment.bytes"))));
  }

  private static CreatableTopic shareGroupState(EffectiveConfig config, MetadataImage image) {
    CreatableTopic topic =
        coordinatorTopic(
            Topic.SHARE_GROUP_STATE_TOPIC_NAME, "share.coordinator.state.topic", config, image);
    return topic.setConfigs(
        configs(
            Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.COMPRESSION_TYPE_CONFIG,
                "producer",
                TopicConfig.SEGMENT_BYTES_CONFIG,
                text(config, "share.coordinator.state.topic.segment.bytes"),
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                minInSync("share.coordinator.state.topic.min.isr", topic, config),
                TopicConfig.RETENTION_MS_CONFIG,
                "-1")));
  }

  /// Leaves to the controller what is not set here.
  private static CreatableTopic ordinary(String name, EffectiveConfig config) {
    Map<String, Object> set = config.values().originals();
    return new CreatableTopic()
        .setName(name)
        .setNumPartitions(
            set.containsKey(ServerLogConfigs.NUM_PARTITIONS_CONFIG)
                ? config.values().getInt(ServerLogConfigs.NUM_PARTITIONS_CONFIG)
                : CreateTopicsRequest.NO_NUM_PARTITIONS)
        .setReplicationFactor(
            set.containsKey(ReplicationConfigs.DEFAULT_REPLICATION_FACTOR_CONFIG)
                ? config
                    .values()
                    .getInt(ReplicationConfigs.DEFAULT_REPLICATION_FACTOR_CONFIG)
                    .shortValue()
                : CreateTopicsRequest.NO_REPLICATION_FACTOR);
  }

  private static CreatableTopic coordinatorTopic(
      String name, String prefix, EffectiveConfig config, MetadataImage image) {
    return new CreatableTopic()
        .setName(name)
        .setNumPartitions(config.values().getInt(prefix + ".num.partitions"))
        .setReplicationFactor(replicationFactor(prefix + ".replication.factor", config, image));
  }

  private static short replicationFactor(String key, EffectiveConfig config, MetadataImage image) {
    if (config.values().originals().containsKey(key)) {
      return config.values().getShort(key);
    }
    int registered = image.cluster().brokers().size();
    return (short) Math.max(1, Math.min(WANTED_REPLICAS, registered));
  }

  /// An unset minimum never asks for more replicas than the topic has.
  private static String minInSync(String key, CreatableTopic topic, EffectiveConfig config) {
    int value = config.values().get(key) instanceof Number number ? number.intValue() : 1;
    if (!config.values().originals().containsKey(key)) {
      value = Math.min(value, topic.replicationFactor());
    }
    return Integer.toString(value);
  }

  private static String text(EffectiveConfig config, String key) {
    return String.valueOf(config.values().get(key));
  }

  private static CreatableTopicConfigCollection configs(Map<String, String> settings) {
    var collection = new CreatableTopicConfigCollection();
    new TreeMap<>(settings)
        .forEach((key, value) ->
            collection.mustAdd(new CreatableTopicConfig().setName(key).setValue(value)));
    return collection;
  }
}
