package io.millrace.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// The runs of one row on one broker, and their medians or other percentiles.
public final class RunLog {
  private static final int MEDIAN = 50;

  private final double noiseLimit;
  private final List<Measurement> runs = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();

  /// @param noiseLimit share of the machine that other work may take in a run that counts
  public RunLog(double noiseLimit) {
    this.noiseLimit = noiseLimit;
  }

  public void add(Measurement run) {
    runs.add(run);
  }

  /// A run that did not measure what it was to measure, or whose check failed.
  public void fail(String reason) {
    failures.add(reason);
  }

  public List<Measurement> runs() {
    return List.copyOf(runs);
  }

  public List<String> failures() {
    return List.copyOf(failures);
  }

  /// The runs quiet enough to count.
  public List<Measurement> quiet() {
    return runs.stream().filter(run -> !run.noisy(noiseLimit)).toList();
  }

  /// Whether the medians come from quiet runs. Where no run was quiet they come from the noisy
  /// ones, are shown, and are no result.
  public boolean isResult() {
    return failures.isEmpty() && !quiet().isEmpty();
  }

  /// The median, or where the metric is about another percentile (nearest rank), that.
  public OptionalDouble figure(Metric metric) {
    List<Measurement> counted = quiet().isEmpty() ? runs : quiet();
    double[] sorted =
        counted.stream()
            .map(run -> Optional.ofNullable(run.values().get(metric)))
            .flatMap(Optional::stream)
            .mapToDouble(Double::doubleValue)
            .sorted()
            .toArray();
    if (sorted.length == 0) {
      return OptionalDouble.empty();
    }
    if (metric.percentile() != MEDIAN) {
      int rank = (int) Math.ceil(sorted.length * metric.percentile() / 100.0);
      return OptionalDouble.of(sorted[rank - 1]);
    }
    int middle = sorted.length / 2;
    return OptionalDouble.of(
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
  }

  /// The largest share of the machine that other work took in any run.
  public double worstForeign() {
    return runs.stream().mapToDouble(Measurement::foreign).max().orElse(0);
  }
}
