package io.millrace.simulation.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScenarioTest {

  @Test
  void isItsText() {
    Scenario scenario =
        Scenario.DEFAULT
            .withNodes(5)
            .withDurability(Durability.FSYNC)
            .withFaults(EnumSet.of(FaultKind.KILL, FaultKind.CUT_ONE_WAY))
            .withWorkloads(EnumSet.of(Workload.READER))
            .withoutFaults(Set.of(3, 1));
    assertThat(scenario)
        .hasToString(
            "nodes=5 durability=fsync seconds=30 faults=kill,cut-one-way workloads=reader"
                + " without=1,3");
    assertThat(Scenario.parse(scenario.toString())).isEqualTo(scenario);
  }

  @Test
  void saysWhatItDoesNotUnderstand() {
    assertThatThrownBy(() -> Scenario.parse("faults=quake")).hasMessageContaining("quake");
    assertThatThrownBy(() -> Scenario.parse("colour=red")).hasMessageContaining("colour");
    assertThatThrownBy(() -> Scenario.parse("nodes=x")).hasMessageContaining("nodes");
  }

  @Test
  void longFaultsLeaveTheUsualOnesAsTheyAre() {
    List<Fault> usual = FaultSchedule.draw(7, 0, 30_000_000_000L, 3, FaultKind.usual());
    List<Fault> all = FaultSchedule.draw(7, 0, 30_000_000_000L, 3, EnumSet.allOf(FaultKind.class));
    assertThat(all).startsWith(usual.toArray(Fault[]::new)).hasSizeGreaterThan(usual.size());
    assertThat(Scenario.parse(Scenario.DEFAULT.toString())).isEqualTo(Scenario.DEFAULT);
  }

  @Test
  void leavingAFaultOutLeavesTheOthersAsTheyAre() {
    List<Fault> all = FaultSchedule.draw(7, 0, 30_000_000_000L, 3, Scenario.DEFAULT.faults());
    assertThat(all).hasSizeGreaterThan(9);
    assertThat(FaultSchedule.draw(7, 0, 30_000_000_000L, 3, Scenario.DEFAULT.faults()))
        .isEqualTo(all);
    assertThat(FaultSchedule.draw(8, 0, 30_000_000_000L, 3, Scenario.DEFAULT.faults()))
        .isNotEqualTo(all);
  }
}
