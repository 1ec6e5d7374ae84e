package io.millrace.simulation.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// What one consumer group was told of its partitions, what its members read, and what they
/// committed.
///
/// Judges at once:
///
/// - `OneOwnerAGeneration` (DESIGN §4, 7): in a generation of the classic protocol, or a member
///   epoch of KIP-848, a partition has one owner at most.
/// - `CommitStays` (7): an acknowledged commit is what the next owner finds, or something that was
///   sent later. A commit of an earlier owner is not taken once a later one's was.
/// - `Unseen` (Jepsen's name): nobody begins behind what the group has read.
///
/// An owner's time with a partition is known by the generation in which it looked up the committed
/// offset. A commit that was never answered may count as long as nobody has begun in a later one.
public final class GroupLedger {

  private final String group;
  private final Map<TopicPartition, Progress> progress = new LinkedHashMap<>();
  private final Map<Ownership, String> owners = new LinkedHashMap<>();
  private long commits;

  private record Ownership(int generation, TopicPartition partition) {}

  /// A commit without an answer.
  private record Doubt(int generation, long offset) {}

  /// One partition, as the group knows it.
  private static final class Progress {
    /// Offsets below it were read by some member.
    long seen;

    /// The latest generation in which somebody began to read.
    int generation = -1;

    /// The last commit that was acknowledged or found; -1 while there is none.
    long committed = -1;

    final List<Doubt> doubts = new ArrayList<>();
  }

  public GroupLedger(String group) {
    this.group = group;
  }

  private Progress of(TopicPartition partition) {
    return progress.computeIfAbsent(partition, _ -> new Progress());
  }

  /// The coordinator has told a member that the partition is its own in that generation.
  public void owned(String member, int generation, TopicPartition partition) {
    String other = owners.putIfAbsent(new Ownership(generation, partition), member);
    if (other != null && !other.equals(member)) {
      throw new InvariantBroken(
          "OneOwnerAGeneration",
          String.format(
              "%s: %s and %s both own %s in generation %d",
              group, other, member, partition, generation));
    }
  }

  /// What was acknowledged when an OffsetFetch is sent: its answer must not be older.
  public long floor(TopicPartition partition) {
    return of(partition).committed;
  }

  /// What is below has been read, and nobody will begin there again: it was acknowledged as
  /// committed, and no other commit may take its place; 0 while there is none.
  public long done(TopicPartition partition) {
    Progress known = of(partition);
    long least = Math.min(known.committed, known.seen);
    for (Doubt doubt : known.doubts) {
      least = Math.min(least, doubt.offset());
    }
    return Math.max(0, least);
  }

  /// A member found this offset committed (-1: none) and begins to read there.
  ///
  /// @param floor as [#floor] told when the request was sent
  public void found(
      String member, int generation, TopicPartition partition, long offset, long floor) {
    Progress known = of(partition);
    boolean doubtful = known.doubts.stream().anyMatch(doubt -> doubt.offset == offset);
    if (offset < floor && !doubtful) {
      throw new InvariantBroken(
          "CommitStays",
          String.format(
              "%s: %s found %d committed for %s, where %d was acknowledged before",
              group, member, offset, partition, floor));
    }
    if (offset > known.seen) {
      throw new InvariantBroken(
          "Unseen",
          String.format(
              "%s: %s begins %s at %d, but the group has read up to %d only",
              group, member, partition, offset, known.seen));
    }
    if (generation >= known.generation) {
      known.generation = generation;
      known.committed = offset;
      known.doubts.removeIf(doubt -> doubt.generation < generation);
    }
  }

  /// Offsets of the partition below this were read.
  public void seen(TopicPartition partition, long upTo) {
    Progress known = of(partition);
    known.seen = Math.max(known.seen, upTo);
  }

  /// A commit leaves, of an owner that began in that generation.
  public void committing(int generation, TopicPartition partition, long offset) {
    of(partition).doubts.add(new Doubt(generation, offset));
  }

  /// A commit is answered: taken or refused.
  public void answered(int generation, TopicPartition partition, long offset, boolean taken) {
    Progress known = of(partition);
    known.doubts.remove(new Doubt(generation, offset));
    if (taken) {
      commits++;
      // Else a later owner has begun while the answer was on its way.
      if (generation >= known.generation) {
        known.committed = offset;
      }
    }
  }

  /// Acknowledged commits.
  public long commits() {
    return commits;
  }

  /// Generations in which somebody owned something.
  public long generations() {
    return owners.keySet().stream().mapToInt(Ownership::generation).distinct().count();
  }

  /// Jepsen's *unseen*: when all is quiet, everything that is stored has been read by the group and
  /// is committed.
  public void check(Ledger ledger) {
    new TreeMap<>(ends(ledger))
        .forEach((name, end) -> {
          Progress known = end.progress();
          if (!end.isReached()) {
            throw new InvariantBroken(
                "Unseen",
                String.format(
                    "%s: %s ends at %d, the group has read to %d and committed %d",
                    group,
                    name,
                    end.offset(),
                    known == null ? -1 : known.seen,
                    known == null ? -1 : known.committed));
          }
        });
  }

  /// Whether [#check] would pass.
  public boolean isThrough(Ledger ledger) {
    return ends(ledger).values().stream().allMatch(End::isReached);
  }

  private record End(long offset, @Nullable Progress progress) {
    boolean isReached() {
      return progress != null && progress.seen >= offset && progress.committed == offset;
    }
  }

  private Map<String, End> ends(Ledger ledger) {
    Map<String, End> ends = new LinkedHashMap<>();
    ledger
        .partitions()
        .forEach((partition, records) -> {
          if (!records.stored.isEmpty()) {
            ends.put(
                partition.toString(),
                new End(records.stored.lastKey() + 1, progress.get(partition)));
          }
        });
    return ends;
  }
}
