package io.millrace.simulation.client;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.jspecify.annotations.Nullable;

/// Parts of requests that several clients make alike.
final class Requests {

  static final Comparator<TopicPartition> BY_NAME =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private Requests() {}

  static MetadataRequestData metadata(String topic) {
    return new MetadataRequestData()
        .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)))
        .setAllowAutoTopicCreation(false);
  }

  /// Asks a leader of this epoch for an offset of a partition.
  ///
  /// @param timestamp one of those that mean the beginning or the end, as `ListOffsetsRequest` has
  ///   them
  static ListOffsetsRequestData offset(
      TopicPartition partition, int leaderEpoch, long timestamp, IsolationLevel isolation) {
    return new ListOffsetsRequestData()
        .setReplicaId(ListOffsetsRequest.CONSUMER_REPLICA_ID)
        .setIsolationLevel(isolation.id())
        .setTopics(
            List.of(
                new ListOffsetsRequestData.ListOffsetsTopic()
                    .setName(partition.topic())
                    .setPartitions(
                        List.of(
                            new ListOffsetsRequestData.ListOffsetsPartition()
                                .setPartitionIndex(partition.partition())
                                .setCurrentLeaderEpoch(leaderEpoch)
                                .setTimestamp(timestamp)))));
  }

  static Optional<Integer> epoch(int leaderEpoch) {
    return leaderEpoch < 0 ? Optional.empty() : Optional.of(leaderEpoch);
  }

  static <T> T present(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("a value that must be there is missing");
    }
    return value;
  }
}
