package io.millrace.coordination;

import io.millrace.replication.Partition;
import io.millrace.replication.Partitions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// The coordinator's logs among this broker's partitions.
public final class PartitionLogs implements CoordinatorLogs {
  private final Partitions partitions;

  /// One a partition, since it remembers who listens. Shards of several loops look here.
  private final Map<TopicPartition, HostedPartitionLog> known = new ConcurrentHashMap<>();

  public PartitionLogs(Partitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public @Nullable CoordinatorLog leading(TopicPartition id) {
    Partition partition = partitions.table().partition(id);
    if (partition == null || !partition.isLeader()) {
      known.remove(id);
      return null;
    }
    return known.compute(
        id,
        (_, log) ->
            log != null && log.partition() == partition ? log : new HostedPartitionLog(partition));
  }
}
