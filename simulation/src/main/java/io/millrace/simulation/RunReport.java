package io.millrace.simulation;

import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.scenario.FaultKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a run came to.
///
/// @param failure what broke, null when nothing did
/// @param trace hash over all events; equal for equal seeds and code
/// @param events of the virtual world
/// @param faults how often each kind was done
/// @param scheduledFaults how many were drawn, done or not
/// @param figures what else was reached, by name
/// @param timeline the story, for people
public record RunReport(
    long seed,
    String scenario,
    @Nullable Throwable failure,
    long trace,
    long events,
    long virtualNanos,
    long requests,
    long sent,
    long acknowledged,
    long read,
    Map<FaultKind, Integer> faults,
    int scheduledFaults,
    Map<String, Long> figures,
    List<String> timeline) {

  public int faultCount() {
    return faults.values().stream().mapToInt(Integer::intValue).sum();
  }

  /// What broke, in words that begin with the invariant's name; empty when nothing did. A failure
  /// in a step of a node or of a client is told by its root.
  public String reason() {
    Throwable root = failure;
    if (root == null) {
      return "";
    }
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root instanceof InvariantBroken
        ? String.valueOf(root.getMessage())
        : root.getClass().getSimpleName() + ": " + root.getMessage();
  }

  /// The run in one line.
  public String summary() {
    return String.format(
        Locale.ROOT,
        "seed %d: %s; %.1f virtual seconds, %d events, %d faults (%s), %d requests, "
            + "%d records sent, %d acknowledged, %d read, %s",
        seed,
        failure == null ? "passed" : "FAILED: " + reason(),
        virtualNanos / 1e9,
        events,
        faultCount(),
        faults.entrySet().stream()
            .map(entry ->
                entry.getKey().name().toLowerCase(Locale.ROOT).replace('_', '-')
                    + " "
                    + entry.getValue())
            .collect(Collectors.joining(", ")),
        requests,
        sent,
        acknowledged,
        read,
        figures);
  }
}
