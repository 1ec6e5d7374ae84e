package io.millrace.runtime.virtual;

import io.millrace.runtime.Clock;
import io.millrace.runtime.FaultHandler;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A seeded world of virtual machines, run by the thread that calls [#step], [#runFor], [#runUntil]
/// or [#await]. Not thread-safe.
public final class VirtualWorld {

  private final long seed;
  private final int loops;
  private final long epochMs;
  private final Scheduler scheduler;
  private final VirtualNetwork network;
  private final Clock clock;
  private final Map<String, Machine> machines = new LinkedHashMap<>();

  private VirtualWorld(Builder options) {
    seed = options.seed;
    loops = options.loops;
    epochMs = options.epochMs;
    scheduler = new Scheduler(options.faults);
    network = new VirtualNetwork(seed, scheduler, machines);
    clock = new VirtualClock(scheduler, 0, epochMs);
  }

  public static Builder builder(long seed) {
    return new Builder(seed);
  }

  public long seed() {
    return seed;
  }

  /// The living incarnation of a machine; boots one when the machine is new, or its last
  /// incarnation has ended.
  public VirtualNode node(String name) {
    Machine machine =
        machines.computeIfAbsent(
            name, n -> new Machine(n, machines.size() + 1, seed, epochMs, scheduler, network));
    return machine.boot(loops);
  }

  /// The node whose step runs now, null between steps.
  public @Nullable VirtualNode running() {
    VirtualLoop loop = scheduler.current();
    return loop == null ? null : loop.node();
  }

  /// A clock that nobody's faults touch, for what belongs to no machine.
  public Clock clock() {
    return clock;
  }

  /// The cables between the machines, and what can be done to them.
  public VirtualNetwork network() {
    return network;
  }

  public Trace trace() {
    return scheduler.trace();
  }

  /// Virtual nanoseconds since the world began.
  public long nanos() {
    return scheduler.now();
  }

  /// Runs the next event; false when nothing is left that could happen.
  public boolean step() {
    return scheduler.step();
  }

  /// Runs what happens in the next `nanos`.
  public void runFor(long nanos) {
    long end = scheduler.now() + nanos;
    while (scheduler.nextNanos() <= end) {
      scheduler.step();
    }
    scheduler.advanceTo(end);
  }

  /// Runs until the condition holds.
  ///
  /// @throws AssertionError when it does not within `nanos` of virtual time
  public void runUntil(BooleanSupplier condition, long nanos) {
    long end = scheduler.now() + nanos;
    while (!condition.getAsBoolean()) {
      if (scheduler.nextNanos() > end) {
        throw new AssertionError("did not happen in " + nanos + " ns of virtual time; " + this);
      }
      scheduler.step();
    }
  }

  /// Runs until the future is done, and gives its result.
  ///
  /// @throws AssertionError when it failed, or is not done within `nanos` of virtual time
  public <T> T await(CompletableFuture<T> future, long nanos) {
    runUntil(future::isDone, nanos);
    try {
      return future.get();
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError("failed; " + this, e);
    }
  }

  @Override
  public String toString() {
    return "seed " + seed + " at " + scheduler.now() + " ns";
  }

  /// What can be chosen about it.
  public static final class Builder {
    private final long seed;
    private int loops = 2;
    private long epochMs = 1_767_225_600_000L; // 2026-01-01
    private FaultHandler faults;

    private Builder(long seed) {
      this.seed = seed;
      this.faults =
          (where, fault) -> {
            throw new AssertionError("fault on " + where + " with seed " + seed, fault);
          };
    }

    /// Connection loops a node.
    public Builder loops(int count) {
      loops = count;
      return this;
    }

    /// The wall clocks' reading at the beginning.
    public Builder epochMs(long ms) {
      epochMs = ms;
      return this;
    }

    /// Who is told of programmer errors. By default they end the run: they are thrown by the call
    /// that runs the world.
    public Builder faultHandler(FaultHandler handler) {
      faults = handler;
      return this;
    }

    public VirtualWorld build() {
      return new VirtualWorld(this);
    }
  }
}
