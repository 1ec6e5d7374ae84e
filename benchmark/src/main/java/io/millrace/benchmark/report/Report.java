package io.millrace.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Everything a comparison found out, ready to be printed.
///
/// @param conditions machine, versions and settings, by name, in the order to print
/// @param brokers the names of the brokers; the first is the one that ratios are of
/// @param rows what each row measured, in the order in which they ran
public record Report(Map<String, String> conditions, List<String> brokers, List<Row> rows) {

  /// One row.
  ///
  /// @param name its short name, as `--rows` takes it
  /// @param title what it does, in words
  /// @param logs the runs of each broker, in the order of [Report#brokers]
  public record Row(String name, String title, List<RunLog> logs) {

    /// The metrics that any broker has.
    public List<Metric> metrics() {
      List<Metric> metrics = new ArrayList<>();
      for (Metric metric : Metric.values()) {
        if (logs.stream().anyMatch(log -> log.figure(metric).isPresent())) {
          metrics.add(metric);
        }
      }
      return metrics;
    }

    /// Whether every broker has quiet, checked runs.
    public boolean isResult() {
      return logs.stream().allMatch(RunLog::isResult);
    }
  }

  /// Whether any run of any row failed.
  public boolean failed() {
    return rows.stream()
        .flatMap(row -> row.logs().stream())
        .anyMatch(log -> !log.failures().isEmpty());
  }
}
