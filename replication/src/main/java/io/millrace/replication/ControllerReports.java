package io.millrace.replication;

import io.millrace.metadata.controller.ControllerChannel;
import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.EventLoop;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionRequestData.PartitionData;
import org.apache.kafka.common.message.AlterPartitionRequestData.TopicData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.DirectoryData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What this broker's partitions have to tell the controller: that a leader has recovered from an
/// unclean election (AlterPartition, KIP-704), and where a replica was placed when the metadata
/// left that to the broker (AssignReplicasToDirs, KIP-858).
///
/// Reports gather while one request is under way; what is not answered is said again. Lives on its
/// loop.
public final class ControllerReports {

  private static final Logger LOG = LoggerFactory.getLogger(ControllerReports.class);
  private static final long RETRY_NANOS = 100_000_000L;

  private final int brokerId;
  private final LongSupplier brokerEpoch;
  private final ControllerChannel controller;
  private final EventLoop loop;

  private final Set<Partition> recovered = new LinkedHashSet<>();
  private final Map<TopicIdPartition, Uuid> placed = new LinkedHashMap<>();
  private boolean reportingRecovery;
  private boolean reportingPlacement;

  public ControllerReports(
      int brokerId, LongSupplier brokerEpoch, ControllerChannel controller, EventLoop loop) {
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
    this.controller = controller;
    this.loop = loop;
  }

  /// Any thread.
  void onRecovered(Partition partition) {
    loop.execute(() -> {
      recovered.add(partition);
      reportRecovery();
    });
  }

  /// Any thread.
  void onPlaced(TopicIdPartition id, Uuid directory) {
    loop.execute(() -> {
      placed.put(id, directory);
      reportPlacement();
    });
  }

  private void reportRecovery() {
    if (reportingRecovery || recovered.isEmpty()) {
      return;
    }
    Map<Uuid, TopicData> topics = new LinkedHashMap<>();
    for (Partition partition : List.copyOf(recovered)) {
      LeaderState state = partition.unreportedRecovery();
      if (state == null) {
        recovered.remove(partition);
      } else {
        topics
            .computeIfAbsent(partition.id().topicId(), id -> new TopicData().setTopicId(id))
            .partitions()
            .add(
                new PartitionData()
                    .setPartitionIndex(partition.id().partition())
                    .setLeaderEpoch(state.leaderEpoch())
                    .setPartitionEpoch(state.partitionEpoch())
                    .setLeaderRecoveryState(LeaderRecoveryState.RECOVERED.value())
                    .setNewIsrWithEpochs(
                        List.of(
                            new BrokerState()
                                .setBrokerId(brokerId)
                                .setBrokerEpoch(brokerEpoch.getAsLong()))));
      }
    }
    if (topics.isEmpty()) {
      return;
    }
    reportingRecovery = true;
    AlterPartitionRequestData request =
        new AlterPartitionRequestData()
            .setBrokerId(brokerId)
            .setBrokerEpoch(brokerEpoch.getAsLong())
            .setTopics(List.copyOf(topics.values()));
    send(
        ApiKeys.ALTER_PARTITION,
        request,
        () -> {
          reportingRecovery = false;
          reportRecovery();
        });
  }

  private void reportPlacement() {
    if (reportingPlacement || placed.isEmpty()) {
      return;
    }
    Map<TopicIdPartition, Uuid> batch = new LinkedHashMap<>(placed);
    Map<Uuid, Map<Uuid, AssignReplicasToDirsRequestData.TopicData>> byDirectory =
        new LinkedHashMap<>();
    batch.forEach((id, directory) ->
        byDirectory
            .computeIfAbsent(directory, _ -> new LinkedHashMap<>())
            .computeIfAbsent(
                id.topicId(),
                topic -> new AssignReplicasToDirsRequestData.TopicData().setTopicId(topic))
            .partitions()
            .add(
                new AssignReplicasToDirsRequestData.PartitionData()
                    .setPartitionIndex(id.partition())));
    AssignReplicasToDirsRequestData request =
        new AssignReplicasToDirsRequestData()
            .setBrokerId(brokerId)
            .setBrokerEpoch(brokerEpoch.getAsLong());
    byDirectory.forEach((directory, topics) ->
        request
            .directories()
            .add(new DirectoryData().setId(directory).setTopics(List.copyOf(topics.values()))));
    reportingPlacement = true;
    controller.send(
        request,
        ApiKeys.ASSIGN_REPLICAS_TO_DIRS.latestVersion(),
        loop,
        reply -> {
          reportingPlacement = false;
          if (reply instanceof ControllerReply.Answered) {
            batch.forEach(placed::remove);
            reportPlacement();
          } else {
            loop.schedule(RETRY_NANOS, this::reportPlacement);
          }
        });
  }

  /// The image tells whether a report took effect, so an answer is only a reason to look again.
  private void send(ApiKeys api, ApiMessage request, Runnable again) {
    controller.send(
        request,
        api.latestVersion(),
        loop,
        reply -> {
          switch (reply) {
            case ControllerReply.Answered answered ->
                LOG.debug("{} answered: {}", api, answered.response());
            case ControllerReply.Unanswered unanswered ->
                LOG.warn("{} not answered, will repeat: {}", api, unanswered.reason());
          }
          loop.schedule(RETRY_NANOS, again);
        });
  }
}
