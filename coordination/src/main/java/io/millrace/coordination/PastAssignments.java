package io.millrace.coordination;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupTargetAssignmentMetadataValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTargetAssignmentMetadataValue;
import org.jspecify.annotations.Nullable;

/// Reads a shard's records; an assignment from the future counts as one of now.
///
/// A coordinator writes when it last assigned a group's partitions, and whoever takes the group
/// over assigns them anew an interval after that. By its own clock: were it an hour behind the
/// former one's, the group would stand still for an hour.
final class PastAssignments implements Deserializer<CoordinatorRecord> {
  private final Deserializer<CoordinatorRecord> records;
  private final Time time;

  PastAssignments(Deserializer<CoordinatorRecord> records, Time time) {
    this.records = records;
    this.time = time;
  }

  @Override
  public CoordinatorRecord deserialize(ByteBuffer key, @Nullable ByteBuffer value) {
    CoordinatorRecord record = records.deserialize(key, value);
    if (record.value() != null) {
      switch (record.value().message()) {
        case ConsumerGroupTargetAssignmentMetadataValue assigned ->
            assigned.setAssignmentTimestamp(past(assigned.assignmentTimestamp()));
        case StreamsGroupTargetAssignmentMetadataValue assigned ->
            assigned.setAssignmentTimestamp(past(assigned.assignmentTimestamp()));
        case ShareGroupTargetAssignmentMetadataValue assigned ->
            assigned.setAssignmentTimestamp(past(assigned.assignmentTimestamp()));
        default -> {}
      }
    }
    return record;
  }

  private long past(long timestampMs) {
    return Math.min(timestampMs, time.milliseconds());
  }
}
