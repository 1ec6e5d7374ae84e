package io.millrace.coordination;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Where shards find their partitions.
@FunctionalInterface
public interface CoordinatorLogs {

  /// The partition while this node serves it as its leader, else null. Any thread, any time.
  @Nullable CoordinatorLog leading(TopicPartition partition);
}
