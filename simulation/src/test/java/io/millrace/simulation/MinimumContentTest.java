package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.scenario.FaultKind;
import io.millrace.simulation.scenario.Scenario;
import io.millrace.simulation.scenario.Workload;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MinimumContentTest {

  private static final Scenario FULL = Scenario.DEFAULT;

  @Test
  void aRunThatDidTooLittleFails() {
    assertThatCode(() -> MinimumContent.check(FULL, 200, 100, 5)).doesNotThrowAnyException();
    assertThatThrownBy(() -> MinimumContent.check(FULL, 199, 100, 5))
        .isInstanceOf(InvariantBroken.class)
        .hasMessage("MinimumContent: 199 produce requests, where 200 are due");
    assertThatThrownBy(() -> MinimumContent.check(FULL, 200, 99, 5)).hasMessageContaining("fetch");
    assertThatThrownBy(() -> MinimumContent.check(FULL, 200, 100, 4)).hasMessageContaining("fault");
  }

  @Test
  void whatWasLeftOutOnPurposeIsNotMissed() {
    Scenario calm = FULL.withFaults(EnumSet.noneOf(FaultKind.class));
    Scenario shrunk = FULL.withoutFaults(Set.of(1));
    Scenario oneClient = FULL.withWorkloads(EnumSet.of(Workload.READER));
    assertThatCode(() -> MinimumContent.check(calm, 200, 100, 0)).doesNotThrowAnyException();
    Scenario once = FULL.withFaults(EnumSet.of(FaultKind.DISK_LOSS, FaultKind.UPGRADE));
    assertThatCode(() -> MinimumContent.check(once, 200, 100, 1)).doesNotThrowAnyException();
    assertThatCode(() -> MinimumContent.check(shrunk, 0, 0, 0)).doesNotThrowAnyException();
    assertThatCode(() -> MinimumContent.check(oneClient, 0, 0, 0)).doesNotThrowAnyException();
  }

  @Test
  void whatALoneNodeNeverSurvivesIsNotDrawn() {
    Scenario lone = FULL.withNodes(1);
    assertThat(lone.possibleFaults())
        .doesNotContain(FaultKind.POWER, FaultKind.DISK_ERROR, FaultKind.DISK_FULL)
        .contains(FaultKind.KILL, FaultKind.BLACKOUT);
  }
}
