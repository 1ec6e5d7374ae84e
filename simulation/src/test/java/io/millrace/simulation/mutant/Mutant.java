package io.millrace.simulation.mutant;

import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// A bug of a protocol, as a person could write it, and how a run finds it.
///
/// @param name short, for people
/// @param scenario what is run, as [io.millrace.simulation.scenario.Scenario] parses it; its kinds
///   of faults are those that matter to the bug, so that few seeds are needed
/// @param known the seed that found it last, tried first
/// @param caughtBy invariants that may find it; any other failure counts as not caught
/// @param edits all of them together are the bug
record Mutant(String name, String scenario, long known, Set<String> caughtBy, List<Edit> edits) {

  /// No groups: they cost time, and most bugs do not need them.
  static final String PLAIN = "workloads=idempotent,at-least-once,unsafe,reader";

  /// What was promised is gone, or is not the same everywhere.
  static final Set<String> LOST =
      Set.of(
          "AcknowledgedStays",
          "OffsetsAgree",
          "StoredOnceInOrder",
          "LogMatching",
          "HighWatermarkStays");

  /// A producer's records are there twice, in another order, or with gaps.
  static final Set<String> REPEATED = Set.of("StoredOnceInOrder", "OffsetsAgree");

  /// Two nodes believe different things of the cluster.
  static final Set<String> SPLIT = Set.of("OneLeaderAnEpoch", "ImagesAgree");

  /// A leader or follower believes itself further than it may be.
  static final Set<String> UNSAFE =
      Set.of("MinIsrHeld", "HighWatermarkStays", "AcknowledgedStays", "OffsetsAgree", "Violation");

  /// What was deleted for good is there again.
  static final Set<String> DELETED = Set.of("DeletionStays");

  /// Replicas hold different records: one refuses what the other sends, or both are read.
  static final Set<String> APART =
      Set.of("Progress", "OffsetsAgree", "LogMatching", "AcknowledgedStays", "StoredOnceInOrder");

  /// What nobody waits for any more is kept.
  static final Set<String> LEAKED = Set.of("NothingLeaks");

  /// The healed cluster does not come to rest.
  static final Set<String> STUCK = Set.of("Progress");

  /// Within so many seeds it must be found, also after changes that make other runs of the seeds.
  static final int MOST_SEEDS = 20;

  static Mutant of(String name, String scenario, Edit... edits) {
    return new Mutant(name, scenario, 1, Set.of(), List.of(edits));
  }

  /// The same bug, found by that seed and one of those invariants.
  Mutant caught(long seed, Set<String> by) {
    return new Mutant(name, scenario, seed, by, edits);
  }

  /// In the order in which they are tried.
  List<Long> seeds() {
    return Stream.concat(
            Stream.of(known), LongStream.rangeClosed(1, MOST_SEEDS).filter(s -> s != known).boxed())
        .limit(MOST_SEEDS)
        .toList();
  }

  /// Whether a run's failure is what this bug leads to, and not an accident of planting it.
  boolean explains(String failure) {
    return caughtBy.stream().anyMatch(failure::startsWith);
  }

  @Override
  public String toString() {
    return name;
  }
}
