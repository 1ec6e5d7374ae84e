package io.millrace.simulation.explore;

import io.millrace.simulation.scenario.Durability;
import io.millrace.simulation.scenario.FaultKind;
import io.millrace.simulation.scenario.Scenario;
import java.util.EnumSet;
import java.util.SplittableRandom;

/// Which scenario a seed is explored with: a function of the seed, so that the seed says it all.
/// Whatever the caller has chosen is kept. Drawn rather than taken in turns: the remainders of a
/// seed by 2, 4 and 8 go together, so that lone nodes never met the one durability, nor a lone kind
/// of fault the other.
///
/// @param base what holds for all
/// @param nodesVary whether one seed in eight has 1 node, another 5, and the others 3
/// @param durabilityVaries whether half of the seeds have the one durability
/// @param faultsVary whether one seed in four has one kind of fault only (a lost disk and bit flips
///   come with kills), and another the long ones, too
public record ScenarioMatrix(
    Scenario base, boolean nodesVary, boolean durabilityVaries, boolean faultsVary) {

  public Scenario of(long seed) {
    // All are drawn whether they count or not: what the caller chooses changes nothing else.
    SplittableRandom random = new SplittableRandom(spread(seed));
    int nodes =
        switch (random.nextInt(8)) {
          case 0 -> 1;
          case 1 -> 5;
          default -> 3;
        };
    Durability durability = random.nextBoolean() ? Durability.FSYNC : Durability.PAGE_CACHE;
    int faults = random.nextInt(4);
    FaultKind alone = FaultKind.values()[random.nextInt(FaultKind.values().length)];

    Scenario scenario = nodesVary ? base.withNodes(nodes) : base;
    scenario = durabilityVaries ? scenario.withDurability(durability) : scenario;
    if (faultsVary && faults == 0) {
      return only(alone, scenario);
    }
    return faultsVary && faults == 1
        ? scenario.withFaults(EnumSet.allOf(FaultKind.class))
        : scenario;
  }

  private static Scenario only(FaultKind alone, Scenario scenario) {
    // A disk is lost once a run, which is too little for a run to count; what rots does little.
    EnumSet<FaultKind> few =
        alone == FaultKind.DISK_LOSS || alone.isSilent()
            ? EnumSet.of(alone, FaultKind.KILL)
            : EnumSet.of(alone);
    Scenario narrow = scenario.withFaults(few);
    return narrow.possibleFaults().isEmpty() ? scenario : narrow;
  }

  /// Neighbouring seeds would give generators whose first draws go together.
  private static long spread(long seed) {
    long z = (seed ^ (seed >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }
}
