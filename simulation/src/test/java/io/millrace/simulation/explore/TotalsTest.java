package io.millrace.simulation.explore;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.simulation.RunResult;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TotalsTest {

  private static final long HOUR_NANOS = 3_600_000_000_000L;

  private final Totals totals = new Totals();

  private void add(String scenario, String failure, Map<String, Integer> faults) {
    totals.add(
        new RunResult(
            1, scenario, failure, "", 0, 10, HOUR_NANOS / 2, 100, faults, 9, Map.of(), List.of()));
  }

  @Test
  void aTableTellsWhatWasCovered() {
    add("nodes=3 durability=fsync workloads=reader", "", Map.of("KILL", 2, "CLOCK_JUMP", 1));
    add("nodes=3 faults=kill workloads=reader,admin", "Progress: never", Map.of("KILL", 4));
    add("nodes=5 faults=kill,power workloads=none", "", Map.of());

    assertThat(totals.coverage())
        .contains(
            "| nodes: 3 | 2 | 1 | 1.00 | 7 | 200 |",
            "| nodes: 5 | 1 | 0 | 0.50 | 0 | 100 |",
            "| durability: fsync | 1 | 0 | 0.50 | 3 | 100 |",
            "| may draw: usual faults | 1 | 0 | 0.50 | 3 | 100 |",
            "| may draw: kill only | 1 | 1 | 0.50 | 4 | 100 |",
            "| may draw: kill and power only | 1 | 0 | 0.50 | 0 | 100 |",
            "| clients: reader | 2 | 1 | 1.00 | 7 | 200 |",
            "| clients: admin | 1 | 1 | 0.50 | 4 | 100 |",
            "| fault: kill | 2 | 1 | 1.00 | 6 | 200 |",
            "| fault: clock-jump | 1 | 0 | 0.50 | 1 | 100 |");
  }

  @Test
  void aBrokenSimulatorIsAFailure() {
    totals.add(RunResult.broken(7, "nodes=1", new IllegalStateException("no")));

    assertThat(totals.failed()).isEqualTo(1);
    assertThat(totals.toString()).startsWith("1 seeds, 1 failed");
    assertThat(totals.progress()).contains("1 failed");
  }
}
