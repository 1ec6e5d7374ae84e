package io.millrace.simulation.explore;

import io.millrace.simulation.RunResult;

/// Who runs seeds one after the other, on one thread; in production a
/// [io.millrace.simulation.RunLoader].
@FunctionalInterface
public interface SeedRunner {

  /// @param scenario as [io.millrace.simulation.scenario.Scenario#parse] takes it
  /// @throws IllegalStateException when the run could not even begin
  RunResult run(long seed, String scenario);
}
