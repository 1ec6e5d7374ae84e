package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What one node promises, kept through crashes, on fixed seeds and one fresh one that is printed.
class OneNodeSimulationTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void acknowledgedRecordsSurviveKills(long seed) throws Exception {
    run(seed, false);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void syncedRecordsSurvivePowerFailures(long seed) throws Exception {
    run(seed, true);
  }

  @Test
  void holdsOnAFreshSeed() throws Exception {
    long seed = System.nanoTime() & 0xffff_ffffL;
    System.out.println("fresh simulation seed " + seed);
    run(seed, false);
    run(seed, true);
  }

  private static void run(long seed, boolean power) throws Exception {
    String result = SimulationRun.describe(seed, power, 6);
    assertThat(result).as("seed %d, power %s", seed, power).contains("records acknowledged");
    // Chaos that keeps everybody from working proves nothing.
    assertThat(result).doesNotContain(": 0 records");
  }
}
