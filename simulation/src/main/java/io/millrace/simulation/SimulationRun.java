package io.millrace.simulation;

import io.millrace.simulation.rewrite.DeterministicLoader;
import java.lang.reflect.InvocationTargetException;

/// Runs a simulation in a loader of its own and prints what it came to: `trace <hash>` last. The
/// exit status is 0 only where nothing failed.
///
/// Arguments: seed, `kill` or `power`, virtual seconds of chaos.
public final class SimulationRun {

  private SimulationRun() {}

  public static void main(String[] args) throws ReflectiveOperationException {
    System.out.println(
        describe(Long.parseLong(args[0]), args[1].equals("power"), Integer.parseInt(args[2])));
  }

  /// The result of a run as a line of text.
  ///
  /// @throws AssertionError when an invariant broke
  public static String describe(long seed, boolean power, int seconds)
      throws ReflectiveOperationException {
    ClassLoader loader = new DeterministicLoader(SimulationRun.class.getClassLoader());
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return (String)
          Class.forName(SimulationRun.class.getName(), true, loader)
              .getMethod("inside", long.class, boolean.class, int.class)
              .invoke(null, seed, power, seconds);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /// Called in the run's own loader.
  public static String inside(long seed, boolean power, int seconds) {
    OneNodeRun.Result result = OneNodeRun.run(seed, power, seconds);
    return String.format(
        "seed %d: %d records acknowledged, %d crashes, %.1f virtual seconds%ntrace %016x",
        seed, result.acknowledged(), result.crashes(), result.virtualNanos() / 1e9, result.trace());
  }
}
