package io.millrace.simulation.explore;

import io.millrace.simulation.RunResult;
import io.millrace.simulation.scenario.Scenario;
import io.millrace.simulation.scenario.Workload;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;

/// Makes a failing run short: fewer clients, fewer faults, less time, as long as the same kind of
/// failure stays. Every stream of randomness has a concern of its own, so that what is left out
/// leaves the rest nearly as it was.
public final class Shrinker {

  private final SeedRunner runner;
  private final long seed;
  private final String kind;
  private RunResult smallest;
  private int runsLeft;

  private Shrinker(RunResult failed, int mostRuns, SeedRunner runner) {
    this.runner = runner;
    this.seed = failed.seed();
    this.kind = failed.failureKind();
    this.smallest = failed;
    this.runsLeft = mostRuns;
  }

  /// The smallest failing run found within that many runs; the given one if there is none, or if it
  /// was the simulator that failed.
  public static RunResult shrink(RunResult failed, int mostRuns, SeedRunner runner) {
    if (failed.failureKind().equals(RunResult.BROKEN)) {
      return failed;
    }
    Shrinker shrinker = new Shrinker(failed, mostRuns, runner);
    shrinker.dropWorkloads();
    shrinker.dropFaults();
    shrinker.dropNodes();
    return shrinker.smallest;
  }

  private Scenario scenario() {
    return Scenario.parse(smallest.scenario());
  }

  private boolean stillFails(Scenario smaller) {
    if (runsLeft-- <= 0) {
      return false;
    }
    RunResult result = runner.run(seed, smaller.toString());
    if (!result.failed() || !result.failureKind().equals(kind)) {
      return false;
    }
    smallest = result;
    return true;
  }

  private void dropWorkloads() {
    for (Workload workload : Workload.values()) {
      EnumSet<Workload> fewer = EnumSet.noneOf(Workload.class);
      fewer.addAll(scenario().workloads());
      if (fewer.remove(workload)) {
        stillFails(scenario().withWorkloads(fewer));
      }
    }
  }

  /// Leaves out halves, then quarters, and so on, down to single faults.
  private void dropFaults() {
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < smallest.scheduledFaults(); i++) {
      if (!scenario().without().contains(i)) {
        left.add(i);
      }
    }
    for (int size = Math.max(1, left.size() / 2); size >= 1; size /= 2) {
      for (int from = 0; from < left.size(); ) {
        List<Integer> chunk = left.subList(from, Math.min(left.size(), from + size));
        TreeSet<Integer> without = new TreeSet<>(scenario().without());
        without.addAll(chunk);
        if (stillFails(scenario().withoutFaults(without))) {
          chunk.clear();
        } else {
          from += size;
        }
      }
    }
  }

  private void dropNodes() {
    for (int nodes : new int[] {1, 3}) {
      if (nodes < scenario().nodes() && stillFails(scenario().withNodes(nodes))) {
        return;
      }
    }
  }
}
