package io.millrace.simulation.explore;

import com.sun.management.OperatingSystemMXBean;
import io.millrace.simulation.RunResult;
import io.millrace.simulation.scenario.FaultKind;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The sums over the runs of an exploration. Thread-safe.
public final class Totals {

  private final long startedNanos = System.nanoTime();
  private final long startedCpuNanos = cpuNanos();
  private final Coverage coverage = new Coverage();
  private final Map<String, Integer> faults = new TreeMap<>();
  private final Map<String, Long> figures = new TreeMap<>();
  private int seeds;
  private int failed;
  private long virtualNanos;
  private long events;
  private long requests;

  synchronized void add(RunResult result) {
    seeds++;
    coverage.add(result);
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

  /// What was covered, as a table in Markdown.
  public synchronized List<String> coverage() {
    return coverage.lines();
  }

  /// The CPU time of this process: its compilers' and collectors' too, as it is the machine's that
  /// an exploration has to share.
  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  /// A short line for who waits.
  public synchronized String progress() {
    double seconds = Math.max(0.001, (System.nanoTime() - startedNanos) / 1e9);
    return String.format(
        Locale.ROOT,
        "%d seeds (%.0f a minute), %d failed, %.2f virtual hours, %.0f events/s, %d faults of %d of %d"
            + " kinds, %.1f CPU s a seed",
        seeds,
        seeds / seconds * 60,
        failed,
        virtualNanos / 3_600e9,
        events / seconds,
        faultCount(),
        faults.size(),
        FaultKind.values().length,
        seeds == 0 ? 0.0 : cpuSeconds() / seeds);
  }

  private double cpuSeconds() {
    return Math.max(0.001, (cpuNanos() - startedCpuNanos) / 1e9);
  }

  private int faultCount() {
    return faults.values().stream().mapToInt(Integer::intValue).sum();
  }

  /// One line for people, of all of it.
  @Override
  public synchronized String toString() {
    double seconds = Math.max(0.001, (System.nanoTime() - startedNanos) / 1e9);
    int count = faultCount();
    return String.format(
        Locale.ROOT,
        "%d seeds, %d failed, %.0f virtual seconds (%.0f a minute, "
            + "%.0f a minute of CPU), %.0f events/s, %d requests (%s), "
            + "%d faults, one in %.1f s, %d of %d kinds (%s)",
        seeds,
        failed,
        virtualNanos / 1e9,
        virtualNanos / 1e9 / seconds * 60,
        virtualNanos / 1e9 / cpuSeconds() * 60,
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
