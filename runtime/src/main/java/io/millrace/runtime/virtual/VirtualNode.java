package io.millrace.runtime.virtual;

import io.millrace.runtime.Clock;
import io.millrace.runtime.Entropy;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Network;
import io.millrace.runtime.Workers;
import io.millrace.runtime.World;
import java.util.ArrayList;
import java.util.List;

/// One incarnation of a process on a virtual machine, as the [World] of the code that runs in it.
public final class VirtualNode implements World {

  private final Machine machine;
  private final int number;
  private final Scheduler scheduler;
  private final VirtualEntropy entropy;
  private final List<EventLoop> loops;
  private final Workers workers;
  private final NodeNetwork network;
  private boolean alive = true;
  private long pausedUntil;

  VirtualNode(Machine machine, int number, int loopCount) {
    this.machine = machine;
    this.number = number;
    this.scheduler = machine.scheduler();
    this.entropy = new VirtualEntropy(Seeds.derive(machine.seed(), "incarnation " + number));
    List<EventLoop> made = new ArrayList<>();
    for (int i = 0; i < loopCount; i++) {
      made.add(loop("loop-" + i));
    }
    this.loops = List.copyOf(made);
    this.workers = new VirtualWorkers(this, scheduler, entropy.stream("workers"));
    this.network = new NodeNetwork(this, machine.cables());
  }

  private VirtualLoop loop(String name) {
    return new VirtualLoop(this, scheduler, name, entropy.stream("loop " + name));
  }

  /// The machine's name, which is its host name too.
  public String name() {
    return machine.name();
  }

  /// The name with the incarnation's number, as the trace has it.
  public String incarnation() {
    return machine.name() + "#" + number;
  }

  /// False once it was killed or lost its power.
  public boolean alive() {
    return alive;
  }

  @Override
  public Clock clock() {
    return machine.clock();
  }

  @Override
  public Entropy entropy() {
    return entropy;
  }

  @Override
  public VirtualDisk disk() {
    return machine.disk();
  }

  @Override
  public Network network() {
    return network;
  }

  @Override
  public List<EventLoop> loops() {
    return loops;
  }

  @Override
  public EventLoop dedicatedLoop(String name) {
    return loop(name);
  }

  @Override
  public Workers workers() {
    return workers;
  }

  /// Ends the process as `kill -9` does. Its machine closes its sockets and keeps the page cache.
  public void kill() {
    if (end("kill")) {
      machine.processEnded();
      network.processEnded();
    }
  }

  /// Cuts the machine's power. Peers hear nothing; the disk loses what was not synced, or parts of
  /// it.
  public void powerOff() {
    if (end("power off")) {
      machine.poweredOff();
      network.poweredOff();
    }
  }

  private boolean end(String how) {
    if (!alive) {
      return false;
    }
    alive = false;
    scheduler.trace().add(scheduler.now(), incarnation(), how, 0);
    return true;
  }

  /// Freezes the process for that long, as SIGSTOP or a long collection do: its machine still takes
  /// connections and bytes for it.
  public void pause(long nanos) {
    scheduler.trace().add(scheduler.now(), incarnation(), "pause", nanos);
    pausedUntil = Math.max(pausedUntil, scheduler.now() + nanos);
  }

  /// Moves the machine's wall clock.
  public void jumpClock(long ms) {
    machine.clock().jump(ms);
  }

  /// Lets the machine's clocks run that much faster than the world's time, in millionths; slower,
  /// if negative.
  public void driftClock(long ppm) {
    machine.clock().drift(ppm);
  }

  /// What the process holds now. Takes no time and leaves no trace.
  public Holdings holdings() {
    return new Holdings(disk().held(), scheduler.pending(this), network.peers());
  }

  long pausedUntil() {
    return pausedUntil;
  }

  Machine machine() {
    return machine;
  }

  NodeNetwork sockets() {
    return network;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  @Override
  public String toString() {
    return incarnation();
  }
}
