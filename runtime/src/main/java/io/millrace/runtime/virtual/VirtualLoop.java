package io.millrace.runtime.virtual;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import java.util.ArrayDeque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A queue of steps of one node. Between two steps a random moment passes, so that the loops of a
/// node interleave differently from seed to seed.
final class VirtualLoop implements EventLoop {

  /// What a step takes when it does nothing; keeps time moving when steps post steps.
  private static final long STEP_NANOS = 500;

  private static final int WAKE_NANOS = 5_000;

  private final VirtualNode node;
  private final Scheduler scheduler;
  private final String name;
  private final String where;
  private final RandomGenerator random;
  private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
  private final ArrayDeque<Deadline> due = new ArrayDeque<>();
  private boolean awake;
  private long busyUntil;

  VirtualLoop(VirtualNode node, Scheduler scheduler, String name, RandomGenerator random) {
    this.node = node;
    this.scheduler = scheduler;
    this.name = name;
    this.where = node.incarnation() + "/" + name;
    this.random = random;
  }

  VirtualNode node() {
    return node;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean inLoop() {
    return equals(scheduler.current());
  }

  @Override
  public void execute(Runnable step) {
    steps.add(step);
    wake();
  }

  @Override
  public Timer schedule(long delayNanos, Runnable step) {
    Deadline deadline = new Deadline(step);
    deadline.event =
        scheduler.at(
            scheduler.now() + node.machine().clock().worldNanos(Math.max(0, delayNanos)),
            node,
            "timer",
            () -> {
              due.add(deadline);
              wake();
            });
    return deadline;
  }

  private void wake() {
    if (!awake) {
      awake = true;
      long at = Math.max(scheduler.now() + random.nextInt(WAKE_NANOS), busyUntil);
      scheduler.at(at, node, "wake", this::runOne);
    }
  }

  private void runOne() {
    Deadline deadline;
    do {
      deadline = due.poll();
    } while (deadline != null && deadline.cancelled);
    Runnable step = deadline != null ? deadline.step : steps.poll();
    if (step != null) {
      scheduler.elapse(STEP_NANOS);
      scheduler.run(node, this, where, deadline != null ? "timer" : "step", step);
      busyUntil = scheduler.now();
    }
    awake = false;
    if (!steps.isEmpty() || !due.isEmpty()) {
      wake();
    }
  }

  private static final class Deadline implements Timer {
    private final Runnable step;
    private Scheduler.@Nullable Event event;
    private boolean cancelled;

    Deadline(Runnable step) {
      this.step = step;
    }

    @Override
    public void cancel() {
      cancelled = true;
      if (event != null) {
        event.cancel();
      }
    }
  }
}
