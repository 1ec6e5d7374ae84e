package io.millrace.simulation.mutant;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// All planted bugs, and the few that every build tries.
final class Mutants {

  /// One of each kind, and quick.
  private static final Set<String> FEW =
      Set.of(
          "acknowledges acks=all before replication",
          "serves consumers beyond the high watermark",
          "stores a repeated batch again",
          "forgets producers at a start");

  private Mutants() {}

  static List<Mutant> all() {
    return Stream.of(ReplicationMutants.all(), LogMutants.all(), ControlMutants.all())
        .flatMap(List::stream)
        .toList();
  }

  static List<Mutant> few() {
    return all().stream().filter(mutant -> FEW.contains(mutant.name())).toList();
  }
}
