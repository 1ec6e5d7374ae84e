package io.millrace.cli.client;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/// Where each partition ended when it was first assigned, and whether all were read up to there.
final class EndOffsets {
  private final KafkaConsumer<?, ?> consumer;
  private final Map<TopicPartition, Long> ends = new HashMap<>();

  EndOffsets(KafkaConsumer<?, ?> consumer) {
    this.consumer = consumer;
  }

  /// True once every assigned partition was read up to its end. False while nothing is assigned.
  boolean reached() {
    Set<TopicPartition> assigned = consumer.assignment();
    if (assigned.isEmpty()) {
      return false;
    }
    Set<TopicPartition> unknown = new HashSet<>(assigned);
    unknown.removeAll(ends.keySet());
    if (!unknown.isEmpty()) {
      ends.putAll(consumer.endOffsets(unknown));
    }
    return assigned.stream()
        .allMatch(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L));
  }
}
