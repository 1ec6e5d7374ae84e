package io.millrace.simulation.explore;

import io.millrace.simulation.scenario.Durability;
import io.millrace.simulation.scenario.FaultKind;
import io.millrace.simulation.scenario.Scenario;
import java.util.EnumSet;

/// Which scenario a seed is explored with: a function of the seed, so that the seed says it all.
/// Whatever the caller has chosen is kept.
///
/// @param base what holds for all
/// @param nodesVary whether 1, 3 and 5 nodes take turns
/// @param durabilityVaries whether both durabilities take turns
/// @param faultsVary whether every fourth seed has one kind of fault only (a lost disk comes with
///   kills), and eight of 32 the long ones, too
public record ScenarioMatrix(
    Scenario base, boolean nodesVary, boolean durabilityVaries, boolean faultsVary) {

  public Scenario of(long seed) {
    Scenario scenario = base;
    if (nodesVary) {
      int turn = (int) Math.floorMod(seed, 8L);
      scenario = scenario.withNodes(turn == 0 ? 1 : turn == 1 ? 5 : 3);
    }
    if (durabilityVaries) {
      scenario =
          scenario.withDurability(
              Math.floorMod(seed / 2, 2L) == 0 ? Durability.PAGE_CACHE : Durability.FSYNC);
    }
    if (faultsVary && Math.floorMod(seed, 4L) == 3) {
      FaultKind[] kinds = FaultKind.values();
      FaultKind alone = kinds[(int) Math.floorMod(seed / 4, (long) kinds.length)];
      // A disk is lost once a run, which is too little for a run to count.
      EnumSet<FaultKind> few =
          alone == FaultKind.DISK_LOSS ? EnumSet.of(alone, FaultKind.KILL) : EnumSet.of(alone);
      Scenario narrow = scenario.withFaults(few);
      return narrow.possibleFaults().isEmpty() ? scenario : narrow;
    }
    if (faultsVary && Math.floorMod(seed / 8, 4L) == 1) {
      return scenario.withFaults(EnumSet.allOf(FaultKind.class));
    }
    return scenario;
  }
}
