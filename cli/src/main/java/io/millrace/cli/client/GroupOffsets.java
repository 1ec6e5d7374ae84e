package io.millrace.cli.client;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/// What a group has committed, and where the partitions' logs begin and end.
final class GroupOffsets {
  private static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private GroupOffsets() {}

  /// Committed offsets by partition, in order.
  static SortedMap<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group) {
    SortedMap<TopicPartition, OffsetAndMetadata> sorted = new TreeMap<>(ORDER);
    Failures.await(
            "group " + group, admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .forEach((partition, offset) -> {
          if (offset != null) {
            sorted.put(partition, offset);
          }
        });
    return sorted;
  }

  /// The offset that `which` means, by partition, in order; -1 where there is none.
  static SortedMap<TopicPartition, Long> list(
      Admin admin, Collection<TopicPartition> partitions, OffsetSpec which) {
    Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
    partitions.forEach(partition -> wanted.put(partition, which));
    Map<TopicPartition, ListOffsetsResultInfo> found =
        Failures.await("offsets", admin.listOffsets(wanted).all());
    SortedMap<TopicPartition, Long> sorted = new TreeMap<>(ORDER);
    found.forEach((partition, info) -> sorted.put(partition, info.offset()));
    return sorted;
  }
}
