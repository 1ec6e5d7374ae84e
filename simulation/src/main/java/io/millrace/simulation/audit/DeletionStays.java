package io.millrace.simulation.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;

/// Once a deletion of records is acknowledged, no leader has them any more, whatever crashes: a log
/// start never goes back. And nothing goes that nobody asked to be deleted.
///
/// A leader that was cut off may serve what others have deleted since: a read counts only against
/// deletions of its own leader epoch or an earlier one.
public final class DeletionStays {

  private final ToIntFunction<TopicPartition> newestEpoch;
  private final Map<TopicPartition, Deleted> partitions = new LinkedHashMap<>();
  private final List<ToLongFunction<TopicPartition>> holds = new ArrayList<>();
  private long acknowledged;

  /// A deletion that was acknowledged: by a leader of that epoch, or an earlier one.
  private record Floor(long offset, int epoch) {}

  private static final class Deleted {
    /// Everything below may be gone.
    long asked;

    /// Where the auditor found that the log begins.
    long begins;

    final List<Floor> floors = new ArrayList<>();
  }

  /// @param newestEpoch the highest leader epoch of a partition that any node knows of
  public DeletionStays(ToIntFunction<TopicPartition> newestEpoch) {
    this.newestEpoch = newestEpoch;
  }

  private Deleted of(TopicPartition partition) {
    return partitions.computeIfAbsent(partition, _ -> new Deleted());
  }

  /// Nobody shall delete what lies at this offset or above, as it will be read still.
  public void hold(ToLongFunction<TopicPartition> from) {
    holds.add(from);
  }

  /// How far nobody holds a partition.
  long free(TopicPartition partition) {
    return holds.stream()
        .mapToLong(hold -> hold.applyAsLong(partition))
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /// Somebody asks that everything below be deleted.
  public void deleting(TopicPartition partition, long offset) {
    Deleted deleted = of(partition);
    deleted.asked = Math.max(deleted.asked, offset);
  }

  /// That was done, says a leader.
  public void deleted(TopicPartition partition, long lowWatermark) {
    acknowledged++;
    begins(partition, lowWatermark, "a deletion was answered");
    of(partition).floors.add(new Floor(lowWatermark, newestEpoch.applyAsInt(partition)));
  }

  /// What a leader of this epoch has deleted for good by now.
  ///
  /// @param epoch -1 when it is not known
  public long floor(TopicPartition partition, int epoch) {
    long floor = 0;
    for (Floor each : of(partition).floors) {
      if (each.epoch() <= epoch) {
        floor = Math.max(floor, each.offset());
      }
    }
    return floor;
  }

  /// Up to where deletions were asked for.
  public long asked(TopicPartition partition) {
    return of(partition).asked;
  }

  /// Whether an offset may rightly be out of range.
  public boolean mayBeGone(TopicPartition partition, long offset) {
    return offset < of(partition).asked;
  }

  /// A reader was given this offset.
  ///
  /// @param floor as [#floor] told when it asked
  void read(String reader, TopicPartition partition, long offset, long floor) {
    if (offset < floor) {
      throw new InvariantBroken(
          "DeletionStays",
          String.format(
              "%s read offset %d of %s, where all below %d was deleted for good",
              reader, offset, partition, floor));
    }
  }

  /// A leader has told a reader where the log begins.
  ///
  /// @param floor as [#floor] told when it asked
  public void begins(String reader, TopicPartition partition, long offset, long floor) {
    read(reader, partition, offset, floor);
    begins(partition, offset, reader + " is told the beginning");
    if (reader.equals(Ledger.AUDITOR)) {
      of(partition).begins = offset;
    }
  }

  private void begins(TopicPartition partition, long offset, String how) {
    if (offset > of(partition).asked) {
      throw new InvariantBroken(
          "DeletionStays",
          String.format(
              "%s begins at %d (%s), but nobody asked to delete beyond %d",
              partition, offset, how, of(partition).asked));
    }
  }

  /// Where the auditor found that the log begins.
  long begins(TopicPartition partition) {
    return of(partition).begins;
  }

  /// Deletions that were acknowledged.
  public long acknowledged() {
    return acknowledged;
  }
}
