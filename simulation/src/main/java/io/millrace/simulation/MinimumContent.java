package io.millrace.simulation;

import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.scenario.FaultKind;
import io.millrace.simulation.scenario.Scenario;

/// What a run must hold to count: chaos that keeps everybody from working proves nothing, and
/// neither does peace. Runs with clients or faults left out, as shrinking makes them, are not
/// judged.
final class MinimumContent {

  private static final int PRODUCE_REQUESTS_IN_30_S = 200;
  private static final int FETCH_REQUESTS_IN_30_S = 100;

  /// One in three seconds is the average over runs; a single one may have half of it, since some
  /// are refused by the bounds of what the configuration survives.
  private static final int SECONDS_A_FAULT = 6;

  private MinimumContent() {}

  static void check(Scenario scenario, long produceRequests, long fetchRequests, int faults) {
    if (!scenario.hasAllWorkloads() || !scenario.without().isEmpty()) {
      return;
    }
    int seconds = scenario.seconds();
    atLeast(PRODUCE_REQUESTS_IN_30_S * seconds / 30, produceRequests, "produce requests");
    atLeast(FETCH_REQUESTS_IN_30_S * seconds / 30, fetchRequests, "fetch requests");
    if (scenario.possibleFaults().stream().anyMatch(FaultKind::isFrequent)) {
      atLeast(seconds / SECONDS_A_FAULT, faults, "faults");
    }
  }

  private static void atLeast(int least, long found, String what) {
    if (found < least) {
      throw new InvariantBroken(
          "MinimumContent", String.format("%d %s, where %d are due", found, what, least));
    }
  }
}
