package io.millrace.benchmark.load;

import org.HdrHistogram.Histogram;

/// What a run of a load saw.
///
/// @param requests answered requests
/// @param seconds from the first request to the last answer
/// @param latencyNanos from when a request was due to its answer
public record Outcome(long requests, double seconds, Histogram latencyNanos) {
  private static final double NANOS_PER_MS = 1e6;

  /// The latency that `percentile` (0 to 100) of the requests stayed below, in milliseconds.
  public double millis(double percentile) {
    return latencyNanos.getValueAtPercentile(percentile) / NANOS_PER_MS;
  }
}
