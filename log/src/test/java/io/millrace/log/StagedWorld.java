package io.millrace.log;

import io.millrace.runtime.Clock;
import io.millrace.runtime.Disk;
import io.millrace.runtime.Entropy;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Network;
import io.millrace.runtime.Timer;
import io.millrace.runtime.Workers;
import io.millrace.runtime.World;
import io.millrace.runtime.real.RealWorld;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// A world with real files, and with time and steps that only the test moves: one loop, workers in
/// the same queue, everything on the calling thread.
final class StagedWorld implements World, AutoCloseable {

  /// A Sunday in November 2026.
  static final long START_MS = 1_795_000_000_000L;

  private final RealWorld real = RealWorld.builder().build();
  private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
  private final PriorityQueue<Due> timers =
      new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));
  private final Random random = new Random(7);
  private long nanos;

  private record Due(long atNanos, Runnable step) {}

  private final EventLoop loop =
      new EventLoop() {
        @Override
        public String name() {
          return "staged";
        }

        @Override
        public boolean inLoop() {
          return true;
        }

        @Override
        public void execute(Runnable step) {
          steps.add(step);
        }

        @Override
        public Timer schedule(long delayNanos, Runnable step) {
          Due due = new Due(nanos + delayNanos, step);
          timers.add(due);
          return () -> timers.remove(due);
        }
      };

  /// Runs everything that is due until `ms` have passed.
  void runFor(long ms) {
    long end = nanos + ms * 1_000_000;
    runSteps();
    while (!timers.isEmpty() && timers.peek().atNanos() <= end) {
      Due due = timers.remove();
      nanos = Math.max(nanos, due.atNanos());
      due.step().run();
      runSteps();
    }
    nanos = end;
  }

  void runSteps() {
    for (Runnable step = steps.poll(); step != null; step = steps.poll()) {
      step.run();
    }
  }

  long nowMs() {
    return clock().wallMs();
  }

  @Override
  public Clock clock() {
    return new Clock() {
      @Override
      public long wallMs() {
        return START_MS + nanos / 1_000_000;
      }

      @Override
      public long nanos() {
        return nanos;
      }
    };
  }

  @Override
  public Entropy entropy() {
    return new Entropy() {
      @Override
      public RandomGenerator stream(String concern) {
        return new Random(concern.hashCode());
      }

      @Override
      public UUID uuid() {
        return new UUID(random.nextLong(), random.nextLong());
      }
    };
  }

  @Override
  public Disk disk() {
    return real.disk();
  }

  @Override
  public Network network() {
    return real.network();
  }

  @Override
  public List<EventLoop> loops() {
    return List.of(loop);
  }

  @Override
  public EventLoop dedicatedLoop(String name) {
    return loop;
  }

  @Override
  public Workers workers() {
    return steps::add;
  }

  @Override
  public void close() {
    real.close();
  }
}
