package org.apache.kafka.controller;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.Replicas;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.jspecify.annotations.Nullable;

/// Reaches what the controller knows of a partition, and its way to write, which are
/// package-private.
public final class EligibleLeaders {

  /// The first version of the record that names eligible leaders, who have to be there already.
  private static final short RECORD_VERSION = 2;

  private EligibleLeaders() {}

  /// Makes the active controller forget those eligible leaders of some partitions (KIP-966) that
  /// are no replicas of them any more.
  ///
  /// Kafka 4.3.1 (`PartitionChangeBuilder.maybePopulateTargetElr`) keeps every former member of the
  /// ISR, also one that a reassignment takes away. Nobody elects it as long as it is no replica;
  /// but when it becomes one again, it counts as one that has everything, with an empty log. Any
  /// thread.
  public static CompletableFuture<@Nullable Void> forgetStrangers(
      QuorumController controller,
      ControllerRequestContext context,
      Collection<TopicPartition> partitions) {
    return controller.appendWriteEvent(
        "forgetStrangersInElr",
        context.deadlineNs(),
        () ->
            ControllerResult.atomicOf(changes(controller.replicationControl(), partitions), null));
  }

  private static List<ApiMessageAndVersion> changes(
      ReplicationControlManager replication, Collection<TopicPartition> partitions) {
    List<ApiMessageAndVersion> changes = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      Uuid topic = replication.getTopicId(partition.topic());
      PartitionRegistration now =
          topic == null ? null : replication.getPartition(topic, partition.partition());
      if (now != null && Arrays.stream(now.elr).anyMatch(id -> !isReplica(now, id))) {
        changes.add(
            new ApiMessageAndVersion(
                new PartitionChangeRecord()
                    .setTopicId(topic)
                    .setPartitionId(partition.partition())
                    .setEligibleLeaderReplicas(
                        Arrays.stream(now.elr).filter(id -> isReplica(now, id)).boxed().toList()),
                RECORD_VERSION));
      }
    }
    return changes;
  }

  private static boolean isReplica(PartitionRegistration partition, int id) {
    return Replicas.contains(partition.replicas, id);
  }
}
