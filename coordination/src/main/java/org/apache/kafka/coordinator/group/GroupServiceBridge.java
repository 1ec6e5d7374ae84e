package org.apache.kafka.coordinator.group;

import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.util.PartitionMetadataClient;
import org.apache.kafka.server.util.timer.Timer;

/// The one way to Kafka's group service over a runtime of our making: its constructor is
/// package-private, and its public builder starts threads of its own.
public final class GroupServiceBridge {

  private GroupServiceBridge() {}

  public static GroupCoordinatorService service(
      LogContext logContext,
      GroupCoordinatorConfig config,
      CoordinatorRuntime<GroupCoordinatorShard, CoordinatorRecord> runtime,
      GroupCoordinatorMetrics metrics,
      GroupConfigManager groupConfigs,
      Persister sharePersister,
      Timer timer,
      PartitionMetadataClient partitionEnds) {
    return new GroupCoordinatorService(
        logContext, config, runtime, metrics, groupConfigs, sharePersister, timer, partitionEnds);
  }
}
