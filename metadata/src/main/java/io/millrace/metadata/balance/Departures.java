package io.millrace.metadata.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.PartitionRegistration;

/// What was moved away from brokers and lies on their disks all the same, since a replica's files
/// are deleted a while after it is (`log.segment.delete.delay.ms`, a minute). It counts as free:
/// else a full disk would be emptied far too much.
///
/// A new active controller knows nothing of it, and may move more than it must. Mutable; belongs to
/// the `metadata` loop.
final class Departures {

  private static final long NOT_DONE = Long.MAX_VALUE;

  /// A replica that has left, or is about to.
  private record Departure(TopicPartition partition, int broker, long bytes, long untilNanos) {}

  private final long delayNanos;
  private final List<Departure> departures = new ArrayList<>();

  /// @param delayMs how long files stay on the disk
  Departures(long delayMs) {
    this.delayNanos = delayMs * 1_000_000;
  }

  /// These changes have been ordered.
  void ordered(List<Plan.Change> changes) {
    for (Plan.Change change : changes) {
      for (int broker : change.from()) {
        if (!change.to().contains(broker)) {
          departures.add(new Departure(change.partition(), broker, change.bytes(), NOT_DONE));
        }
      }
    }
  }

  /// The disks as they will be. To be asked while nothing is being moved.
  ///
  /// @param image where what is still there was refused, or has come back
  Map<Integer, Volume> deducted(Map<Integer, Volume> disks, MetadataImage image, long nowNanos) {
    departures.removeIf(each ->
        isThere(image, each) || (each.untilNanos != NOT_DONE && each.untilNanos <= nowNanos));
    departures.replaceAll(each ->
        each.untilNanos == NOT_DONE
            ? new Departure(each.partition, each.broker, each.bytes, nowNanos + delayNanos)
            : each);
    Map<Integer, Volume> later = new TreeMap<>(disks);
    for (Departure each : departures) {
      later.computeIfPresent(each.broker, (_, disk) -> disk.freed(each.bytes));
    }
    return later;
  }

  private static boolean isThere(MetadataImage image, Departure departure) {
    TopicImage topic = image.topics().getTopic(departure.partition.topic());
    PartitionRegistration state =
        topic == null ? null : topic.partitions().get(departure.partition.partition());
    if (state != null) {
      for (int replica : state.replicas) {
        if (replica == departure.broker) {
          return true;
        }
      }
    }
    return false;
  }
}
