package io.millrace.benchmark.report;

import java.util.EnumMap;
import java.util.Map;

/// The outcome of one run of one row on one broker.
///
/// @param values what was measured
/// @param foreign share of the machine (0 to 1) that other work took during the run
/// @param checked what the run read back to believe its own figures, in words
public record Measurement(Map<Metric, Double> values, double foreign, String checked) {

  public Measurement {
    values = new EnumMap<>(values);
  }

  /// Whether other work took more than `limit` (0 to 1) of the machine, so that the run is not a
  /// result.
  public boolean noisy(double limit) {
    return foreign > limit;
  }
}
