package io.millrace.simulation.explore;

import io.millrace.simulation.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Runs seed after seed on several threads, each with a loader of its own.
public final class Explorer {

  /// A loader is thrown away after so many runs: what borrowed statics may have gathered goes with
  /// it. A new one costs half a minute of CPU, since its classes are compiled anew.
  private static final int RUNS_A_LOADER = 2_000;

  private final ScenarioMatrix matrix;
  private final Supplier<SeedRunner> runners;
  private final Totals totals = new Totals();

  /// @param runners makes one for each thread, and a new one now and then
  public Explorer(ScenarioMatrix matrix, Supplier<SeedRunner> runners) {
    this.matrix = matrix;
    this.runners = runners;
  }

  /// The sums so far; grows while [#explore] runs.
  public Totals totals() {
    return totals;
  }

  /// Explores and returns when all is done.
  ///
  /// @param first the first seed; the others follow it
  /// @param seeds how many at most
  /// @param deadlineNanos of [System#nanoTime], after which no run begins
  /// @param onFailure gets each failing run, on the thread that ran it
  public void explore(
      long first, long seeds, long deadlineNanos, int threads, Consumer<RunResult> onFailure)
      throws InterruptedException {
    AtomicLong next = new AtomicLong(first);
    List<Throwable> broken = new ArrayList<>();
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread worker =
          new Thread(() -> work(next, first + seeds, deadlineNanos, onFailure), "simulation-" + i);
      worker.setUncaughtExceptionHandler((_, thrown) -> {
        synchronized (broken) {
          broken.add(thrown);
        }
      });
      worker.start();
      workers.add(worker);
    }
    for (Thread worker : workers) {
      worker.join();
    }
    if (!broken.isEmpty()) {
      throw new IllegalStateException("the simulator itself failed", broken.getFirst());
    }
  }

  private void work(AtomicLong next, long end, long deadlineNanos, Consumer<RunResult> onFailure) {
    SeedRunner runner = runners.get();
    int runs = 0;
    long seed;
    while (System.nanoTime() - deadlineNanos < 0 && (seed = next.getAndIncrement()) < end) {
      if (++runs % RUNS_A_LOADER == 0) {
        runner = runners.get();
      }
      RunResult result = run(runner, seed);
      totals.add(result);
      if (result.failed()) {
        onFailure.accept(result);
        // Nothing that a failure may have left behind meets the next run.
        runner = runners.get();
      }
    }
  }

  /// A run that the simulator cannot even end counts as failed, so that the others go on.
  private RunResult run(SeedRunner runner, long seed) {
    String scenario = matrix.of(seed).toString();
    try {
      return runner.run(seed, scenario);
    } catch (IllegalStateException e) {
      return RunResult.broken(seed, scenario, e);
    }
  }
}
