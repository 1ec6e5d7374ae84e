package io.millrace.simulation.explore;

import io.millrace.simulation.RunResult;
import io.millrace.simulation.scenario.FaultKind;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The sums over the runs of an exploration. Thread-safe.
public final class Totals {

  private final long startedNanos = System.nanoTime();
  private final Map<String, Integer> faults = new TreeMap<>();
  private final Map<String, Long> figures = new TreeMap<>();
  private int seeds;
  private int failed;
  private long virtualNanos;
  private long events;
  private long requests;

  synchronized void add(RunResult result) {
    seeds++;
    failed += result.failed() ? 1 : 0;
    virtualNanos += result.virtualNanos();
    events += result.events();
    requests += result.requests();
    result.figures().forEach((what, count) -> figures.merge(what, count, Long::sum));
    result.faults().forEach((kind, count) -> faults.merge(kind, count, Integer::sum));
  }

  public synchronized int failed() {
    return failed;
  }

  public synchronized int seeds() {
    return seeds;
  }

  /// One line for people: of the work so far, or of all of it.
  @Override
  public synchronized String toString() {
    double seconds = Math.max(0.001, (System.nanoTime() - startedNanos) / 1e9);
    int count = faults.values().stream().mapToInt(Integer::intValue).sum();
    return String.format(
        Locale.ROOT,
        "%d seeds, %d failed, %.0f virtual seconds (%.0f a minute), %.0f events/s, %d requests (%s), "
            + "%d faults, one in %.1f s, %d of %d kinds (%s)",
        seeds,
        failed,
        virtualNanos / 1e9,
        virtualNanos / 1e9 / seconds * 60,
        events / seconds,
        requests,
        figures.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", ")),
        count,
        count == 0 ? 0.0 : virtualNanos / 1e9 / count,
        faults.size(),
        FaultKind.values().length,
        faults.entrySet().stream()
            .map(entry ->
                entry.getKey().toLowerCase(Locale.ROOT).replace('_', '-') + " " + entry.getValue())
            .collect(Collectors.joining(", ")));
  }
}
