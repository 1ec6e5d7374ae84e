package io.millrace.simulation.explore;

import io.millrace.simulation.RunResult;
import io.millrace.simulation.scenario.FaultKind;
import io.millrace.simulation.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Where the runs of an exploration have been, as a table in Markdown for `docs/simulation.md`: by
/// number of nodes, by durability, by the kinds of faults that could be drawn, by each kind of
/// client that took part, and by each kind of fault that was done. Not thread-safe.
final class Coverage {

  /// How many kinds a row names.
  private static final int FEW = 3;

  private static final double NANOS_AN_HOUR = 3_600e9;

  private final Map<String, Sum> rows = new TreeMap<>();

  private static final class Sum {
    private int seeds;
    private int failed;
    private long virtualNanos;
    private long faults;
    private long requests;

    private void add(RunResult result, long faultsOfIt) {
      seeds++;
      failed += result.failed() ? 1 : 0;
      virtualNanos += result.virtualNanos();
      faults += faultsOfIt;
      requests += result.requests();
    }
  }

  void add(RunResult result) {
    Scenario scenario = Scenario.parse(result.scenario());
    long faults = result.faults().values().stream().mapToInt(Integer::intValue).sum();
    add("1 nodes: " + scenario.nodes(), result, faults);
    add("2 durability: " + name(scenario.durability()), result, faults);
    add("3 may draw: " + drawn(scenario), result, faults);
    scenario.workloads().forEach(workload -> add("4 clients: " + name(workload), result, faults));
    result.faults().forEach((kind, count) -> add("5 fault: " + name(kind), result, count));
  }

  private void add(String row, RunResult result, long faults) {
    rows.computeIfAbsent(row, _ -> new Sum()).add(result, faults);
  }

  private static String drawn(Scenario scenario) {
    int kinds = scenario.faults().size();
    if (kinds > FEW) {
      return kinds == FaultKind.values().length
          ? "all faults"
          : scenario.faults().equals(FaultKind.usual()) ? "usual faults" : kinds + " kinds";
    }
    List<String> names = new ArrayList<>();
    scenario.faults().forEach(kind -> names.add(name(kind)));
    return names.isEmpty() ? "no faults" : String.join(" and ", names) + " only";
  }

  private static String name(Object constant) {
    return constant.toString().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The table's lines. A fault's row counts faults of that kind, the others all of their runs.
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("| runs | seeds | failed | virtual hours | faults | requests |");
    lines.add("|---|---|---|---|---|---|");
    rows.forEach((row, sum) ->
        lines.add(
            String.format(
                Locale.ROOT,
                "| %s | %d | %d | %.2f | %d | %d |",
                row.substring(2),
                sum.seeds,
                sum.failed,
                sum.virtualNanos / NANOS_AN_HOUR,
                sum.faults,
                sum.requests)));
    return lines;
  }
}
