package io.millrace.simulation;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

/// What of a run's report crosses its class loader: nothing but classes of the platform.
///
/// @param failure what broke, empty when nothing did
/// @param story the timeline, and the failure's stack
/// @param faults how often each kind was done
/// @param scheduledFaults how many were drawn, done or not
/// @param figures what else was reached, by name
public record RunResult(
    long seed,
    String scenario,
    String failure,
    String summary,
    long trace,
    long events,
    long virtualNanos,
    long requests,
    Map<String, Integer> faults,
    int scheduledFaults,
    Map<String, Long> figures,
    List<String> story) {

  /// The kind of failure of a run that came to no report.
  public static final String BROKEN = "Simulator";

  /// A run that came to no report.
  public static RunResult broken(long seed, String scenario, Throwable cause) {
    StringWriter stack = new StringWriter();
    cause.printStackTrace(new PrintWriter(stack));
    return new RunResult(
        seed,
        scenario,
        BROKEN + ": " + cause,
        "seed " + seed + ": the simulator itself failed",
        0,
        0,
        0,
        0,
        Map.of(),
        0,
        Map.of(),
        stack.toString().lines().toList());
  }

  public boolean failed() {
    return !failure.isEmpty();
  }

  /// The kind of failure, by which shrinking knows that it is still the same: the text up to the
  /// first colon.
  public String failureKind() {
    int colon = failure.indexOf(':');
    return colon < 0 ? failure : failure.substring(0, colon);
  }
}
