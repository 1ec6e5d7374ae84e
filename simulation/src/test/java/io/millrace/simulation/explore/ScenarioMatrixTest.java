package io.millrace.simulation.explore;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.simulation.scenario.Durability;
import io.millrace.simulation.scenario.FaultKind;
import io.millrace.simulation.scenario.Scenario;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ScenarioMatrixTest {

  private static final int SEEDS = 5_000;

  private final ScenarioMatrix matrix = new ScenarioMatrix(Scenario.DEFAULT, true, true, true);

  @Test
  void everySizeMeetsEveryDurability() {
    Set<String> met = new TreeSet<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      Scenario scenario = matrix.of(seed);
      met.add(scenario.nodes() + " " + scenario.durability());
    }
    assertThat(met)
        .containsExactly(
            "1 FSYNC", "1 PAGE_CACHE", "3 FSYNC", "3 PAGE_CACHE", "5 FSYNC", "5 PAGE_CACHE");
  }

  @Test
  void everyKindOfFaultComesAloneWithBothDurabilities() {
    Set<String> alone = new TreeSet<>();
    for (long seed = 0; seed < SEEDS; seed++) {
      Scenario scenario = matrix.of(seed);
      if (scenario.nodes() == 3 && scenario.faults().size() <= 2) {
        scenario.faults().forEach(kind -> alone.add(kind + " " + scenario.durability()));
      }
    }
    for (FaultKind kind : FaultKind.values()) {
      for (Durability durability : Durability.values()) {
        assertThat(alone).contains(kind + " " + durability);
      }
    }
  }

  @Test
  void whatWasChosenIsKeptAndChangesNothingElse() {
    ScenarioMatrix five = new ScenarioMatrix(Scenario.DEFAULT.withNodes(5), false, true, true);
    for (long seed = 0; seed < 100; seed++) {
      Scenario scenario = five.of(seed);
      assertThat(scenario.nodes()).isEqualTo(5);
      assertThat(scenario.durability()).isEqualTo(matrix.of(seed).durability());
    }
  }
}
