package io.millrace.coordination;

import io.millrace.runtime.Clock;
import io.millrace.runtime.Disk;
import io.millrace.runtime.Entropy;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Network;
import io.millrace.runtime.Timer;
import io.millrace.runtime.Workers;
import io.millrace.runtime.World;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// A world of one thread and one queue: loops, workers and timers take their turns in virtual time.
/// It has no disk and no network.
final class FakeWorld implements World {
  private record Step(long atNanos, long order, Runnable run) {}

  private final PriorityQueue<Step> steps =
      new PriorityQueue<>(Comparator.comparingLong(Step::atNanos).thenComparingLong(Step::order));
  private final List<EventLoop> loops = List.of(new Loop("loop-0"), new Loop("loop-1"));
  private long nanos;
  private long order;
  private Loop running = (Loop) loops.getFirst();
  private long stepsRun;

  /// Runs everything that is due within the next `ms` milliseconds.
  void advance(long ms) {
    long until = nanos + ms * 1_000_000;
    while (!steps.isEmpty() && steps.peek().atNanos <= until) {
      runNext();
    }
    nanos = until;
  }

  /// Runs what is due now, and nothing that has to wait for its time.
  void settle() {
    advance(0);
  }

  /// Runs one step that is due now; false without one.
  boolean runOne() {
    if (steps.isEmpty() || steps.peek().atNanos > nanos) {
      return false;
    }
    runNext();
    return true;
  }

  long stepsRun() {
    return stepsRun;
  }

  private void runNext() {
    Step next = steps.remove();
    nanos = Math.max(nanos, next.atNanos);
    stepsRun++;
    next.run.run();
  }

  private void at(long atNanos, Runnable run) {
    steps.add(new Step(atNanos, order++, run));
  }

  @Override
  public Clock clock() {
    return new Clock() {
      @Override
      public long wallMs() {
        return 1_700_000_000_000L + nanos / 1_000_000;
      }

      @Override
      public long nanos() {
        return nanos;
      }
    };
  }

  @Override
  public List<EventLoop> loops() {
    return loops;
  }

  @Override
  public EventLoop dedicatedLoop(String name) {
    return new Loop(name);
  }

  @Override
  public Workers workers() {
    return job -> at(nanos + 1_000, job);
  }

  @Override
  public Entropy entropy() {
    throw new UnsupportedOperationException("a coordinator draws no randomness");
  }

  @Override
  public Disk disk() {
    throw new UnsupportedOperationException("a coordinator has no files of its own");
  }

  @Override
  public Network network() {
    throw new UnsupportedOperationException("a coordinator has no connections of its own");
  }

  private final class Loop implements EventLoop {
    private final String name;

    Loop(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean inLoop() {
      return running == this;
    }

    @Override
    public void execute(Runnable step) {
      at(nanos, () -> runOn(step));
    }

    @Override
    public Timer schedule(long delayNanos, Runnable step) {
      boolean[] cancelled = new boolean[1];
      at(
          nanos + delayNanos,
          () -> {
            if (!cancelled[0]) {
              runOn(step);
            }
          });
      return () -> cancelled[0] = true;
    }

    private void runOn(Runnable step) {
      running = this;
      step.run();
    }
  }
}
