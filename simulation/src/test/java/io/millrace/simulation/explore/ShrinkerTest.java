package io.millrace.simulation.explore;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.simulation.RunResult;
import io.millrace.simulation.scenario.Scenario;
import io.millrace.simulation.scenario.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShrinkerTest {

  private static final int FAULTS = 12;

  private final List<String> tried = new ArrayList<>();

  /// Fails with the reader, and with the faults 3 and 7, of three nodes or more.
  private RunResult run(long seed, String text) {
    tried.add(text);
    Scenario scenario = Scenario.parse(text);
    boolean fails =
        scenario.workloads().contains(Workload.READER)
            && !scenario.without().contains(3)
            && !scenario.without().contains(7)
            && scenario.nodes() >= 3;
    return result(
        seed, text, fails ? "Lost: a record" : scenario.nodes() < 3 ? "Other: thing" : "");
  }

  private static RunResult result(long seed, String scenario, String failure) {
    return new RunResult(
        seed, scenario, failure, "", 0, 0, 0, 0, Map.of(), FAULTS, Map.of(), List.of());
  }

  @Test
  void leavesWhatTheFailureNeeds() {
    RunResult found = run(9, Scenario.DEFAULT.withNodes(5).toString());
    RunResult small = Shrinker.shrink(found, 60, this::run);
    Scenario scenario = Scenario.parse(small.scenario());
    assertThat(small.failure()).isEqualTo("Lost: a record");
    assertThat(scenario.workloads()).containsExactly(Workload.READER);
    assertThat(scenario.without())
        .containsExactlyElementsOf(
            IntStream.range(0, FAULTS).filter(i -> i != 3 && i != 7).boxed().toList());
    assertThat(scenario.nodes()).as("with one node it fails otherwise").isEqualTo(3);
  }

  @Test
  void runsNoMoreThanItMay() {
    RunResult found = run(9, Scenario.DEFAULT.toString());
    tried.clear();
    Shrinker.shrink(found, 5, this::run);
    assertThat(tried).hasSize(5);
  }

  @Test
  void aBrokenSimulatorIsNotShrunk() {
    RunResult broken = RunResult.broken(9, "nodes=3", new IllegalStateException("x"));
    assertThat(Shrinker.shrink(broken, 60, this::run)).isSameAs(broken);
    assertThat(tried).isEmpty();
  }
}
