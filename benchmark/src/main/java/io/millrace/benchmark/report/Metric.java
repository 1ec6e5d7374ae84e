package io.millrace.benchmark.report;

/// What a run can measure, in the order in which the table shows it.
public enum Metric {
  MEGABYTES_PER_SECOND("throughput", "MB/s", 0),
  RECORDS_PER_SECOND("records", "1/s", 0),
  REQUESTS_PER_SECOND("requests", "1/s", 0),
  STOP_SECONDS("stop", "s", 1),
  SECONDS("time", "s", 3),
  METADATA_SECONDS("metadata complete", "s", 3),
  CPU_SECONDS_PER_GB("broker CPU", "s/GB", 3),
  CPU_MICROS_PER_REQUEST("broker CPU", "us/request", 1),
  CPU_SECONDS("broker CPU", "s", 2),
  CPU_PERCENT("broker CPU", "% of a core", 1),
  P50_MS("latency p50", "ms", 3),
  P90_MS("latency p90", "ms", 3),
  P99_MS("latency p99", "ms", 3),
  P999_MS("latency p99.9", "ms", 3),
  GAP_P50_MS("gap p50", "ms", 0),
  GAP_P99_MS("gap p99", "ms", 0, 99),
  GAP_MAX_MS("gap max", "ms", 0, 100),
  ELECTIONS("elections", "", 0, 100),
  SWITCHES_PER_REQUEST("context switches", "/request", 2),
  SWITCHES_PER_SECOND("context switches", "/s", 0),
  ALLOCATED_PER_REQUEST("heap allocated", "B/request", 0),
  RSS_MB("memory (RSS)", "MB", 0),
  PEAK_RSS_MB("peak memory (RSS)", "MB", 0),
  CLIENT_CPU_PERCENT("client CPU", "% of a core", 0);

  private static final int MEDIAN = 50;

  private final String label;
  private final String unit;
  private final int decimals;
  private final int percentile;

  Metric(String label, String unit, int decimals) {
    this(label, unit, decimals, MEDIAN);
  }

  Metric(String label, String unit, int decimals, int percentile) {
    this.label = label;
    this.unit = unit;
    this.decimals = decimals;
    this.percentile = percentile;
  }

  /// What is measured, without its unit.
  public String label() {
    return label;
  }

  /// The unit, as the table prints it.
  public String unit() {
    return unit;
  }

  /// Which percentile of the runs the table shows: of most the median, 50.
  int percentile() {
    return percentile;
  }

  /// The value with as many decimals as it deserves.
  public String format(double value) {
    return String.format(java.util.Locale.ROOT, "%,." + decimals + "f", value);
  }
}
