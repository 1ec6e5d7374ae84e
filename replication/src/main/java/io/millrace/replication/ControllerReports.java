package io.millrace.replication;

import io.millrace.metadata.controller.ControllerChannel;
import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.EventLoop;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData.DirectoryData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/// What this broker's partitions have to tell the controller: who is in sync ([IsrReports]), and
/// where a replica was placed when the metadata left that to the broker (AssignReplicasToDirs,
/// KIP-858).
///
/// Reports gather while one request is under way; what is not answered is said again, and what is
/// refused as a whole: this broker may not be registered yet. Lives on its loop.
public final class ControllerReports {

  private static final long RETRY_NANOS = 100_000_000L;

  private final int brokerId;
  private final LongSupplier brokerEpoch;
  private final ControllerChannel controller;
  private final EventLoop loop;

  private final IsrReports isr;
  private final Map<TopicIdPartition, Uuid> placed = new LinkedHashMap<>();
  private boolean reportingPlacement;

  public ControllerReports(
      int brokerId, LongSupplier brokerEpoch, ControllerChannel controller, EventLoop loop) {
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
    this.controller = controller;
    this.loop = loop;
    this.isr = new IsrReports(brokerId, brokerEpoch, controller, loop);
  }

  /// Any thread.
  void onProposal(Partition partition) {
    isr.onProposal(partition);
  }

  /// Any thread.
  void onPlaced(TopicIdPartition id, Uuid directory) {
    loop.execute(() -> {
      placed.put(id, directory);
      reportPlacement();
    });
  }

  private void reportPlacement() {
    if (reportingPlacement || placed.isEmpty()) {
      return;
    }
    Map<TopicIdPartition, Uuid> batch = new LinkedHashMap<>();
    placed.entrySet().stream()
        .limit(IsrReports.MOST_PARTITIONS)
        .forEach(entry -> batch.put(entry.getKey(), entry.getValue()));
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
          if (reply instanceof ControllerReply.Answered(AssignReplicasToDirsResponseData answer)
              && answer.errorCode() == Errors.NONE.code()) {
            // What is refused for a single replica is none of this broker's any more.
            batch.forEach(placed::remove);
            reportPlacement();
          } else {
            loop.schedule(RETRY_NANOS, this::reportPlacement);
          }
        });
  }
}
