package io.millrace.simulation;

import io.millrace.simulation.rewrite.DeterministicLoader;
import io.millrace.simulation.scenario.Scenario;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A class loader of their own for runs: one after the other on the calling thread.
///
/// Statics of borrowed classes live as long as the loader; a test holds that a seed's trace does
/// not depend on the seeds that ran in it before, so that classes need not be loaded and compiled
/// again for each.
///
/// One thing the loader cannot reach: identity hashes, which enums have for their hash codes, and
/// by which hash tables are walked. They are drawn by each thread from a stream that goes on from
/// run to run, so a JVM for runs has to have `-XX:+UnlockExperimentalVMOptions -XX:hashCode=2`, all
/// the same: then tables are walked in the order of insertion. It costs nothing that can be
/// measured. Without it some traces differ, though never a story so far.
public final class RunLoader {

  private final ClassLoader loader;

  public RunLoader() {
    this(new DeterministicLoader(RunLoader.class.getClassLoader()));
  }

  /// For tests that change the classes of the runs.
  public RunLoader(DeterministicLoader loader) {
    this.loader = loader;
  }

  /// Runs a seed to its end.
  ///
  /// @param scenario as [Scenario#parse] takes it
  /// @throws IllegalStateException when the run could not even begin
  public RunResult run(long seed, String scenario) {
    return unpack(
        seed,
        scenario,
        (Object[])
            call(
                RunLoader.class,
                "inside",
                new Class<?>[] {long.class, String.class},
                seed,
                scenario));
  }

  /// Deals a blow to each of three nodes in turn ([HandoverRun]).
  ///
  /// @return in words what happened; first the longest gap, stop and wait for the metadata in
  ///   virtual microseconds
  public List<String> handOver(long seed, boolean cleanly) {
    Object story =
        call(
            HandoverRun.class, "inside", new Class<?>[] {long.class, boolean.class}, seed, cleanly);
    return List.of((String[]) story);
  }

  /// Freezes each of three nodes in turn, then all of them ([FreezeRun]).
  ///
  /// @return in words what happened; the first is the longest time without a leader in virtual
  ///   microseconds
  public List<String> freeze(long seed) {
    return List.of((String[]) call(FreezeRun.class, "inside", new Class<?>[] {long.class}, seed));
  }

  /// Adds an empty broker to a cluster that balances itself ([BalanceRun]).
  ///
  /// @return the longest gap of any producer in virtual microseconds, then what each broker holds
  public List<String> balance(long seed) {
    return List.of((String[]) call(BalanceRun.class, "inside", new Class<?>[] {long.class}, seed));
  }

  private Object call(Class<?> type, String method, Class<?>[] types, Object... arguments) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return Class.forName(type.getName(), true, loader)
          .getMethod(method, types)
          .invoke(null, arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot run: " + Arrays.toString(arguments), e);
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /// Called in the runs' own loader; gives back what [#unpack] takes.
  public static Object[] inside(long seed, String scenario) {
    RunReport report = ClusterRun.run(seed, Scenario.parse(scenario));
    Map<String, Integer> faults = new LinkedHashMap<>();
    report.faults().forEach((kind, count) -> faults.put(kind.name(), count));
    List<String> story = new ArrayList<>(report.timeline());
    Throwable thrown = report.failure();
    if (thrown != null) {
      StringWriter stack = new StringWriter();
      thrown.printStackTrace(new PrintWriter(stack));
      story.addAll(stack.toString().lines().limit(60).toList());
    }
    return new Object[] {
      report.reason(),
      report.summary(),
      report.trace(),
      report.events(),
      report.virtualNanos(),
      report.requests(),
      faults,
      report.scheduledFaults(),
      report.figures(),
      story
    };
  }

  @SuppressWarnings("unchecked")
  private static RunResult unpack(long seed, String scenario, Object[] parts) {
    return new RunResult(
        seed,
        scenario,
        (String) parts[0],
        (String) parts[1],
        (Long) parts[2],
        (Long) parts[3],
        (Long) parts[4],
        (Long) parts[5],
        (Map<String, Integer>) parts[6],
        (Integer) parts[7],
        (Map<String, Long>) parts[8],
        (List<String>) parts[9]);
  }
}
