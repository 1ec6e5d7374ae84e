package io.millrace.runtime.virtual;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What of a node outlives its incarnations: name, address, clock, disk.
///
/// States: running (a process lives) ⇄ idle (the kernel answers, no process) ⇄ off (silence).
final class Machine {

  private final String name;
  private final long seed;
  private final Scheduler scheduler;
  private final VirtualNetwork cables;
  private final InetAddress address;
  private final VirtualClock clock;
  private final VirtualDisk disk;
  private final List<Runnable> whenPowered = new ArrayList<>();
  private boolean powered = true;
  private int incarnations;
  private @Nullable VirtualNode running;

  Machine(
      String name,
      int number,
      long worldSeed,
      long epochMs,
      Scheduler scheduler,
      VirtualNetwork cables) {
    this.name = name;
    this.seed = Seeds.derive(worldSeed, "machine " + name);
    this.scheduler = scheduler;
    this.cables = cables;
    this.address = address(name, number);
    VirtualEntropy entropy = new VirtualEntropy(seed);
    this.clock = new VirtualClock(scheduler, entropy.stream("clock").nextLong(1L << 40), epochMs);
    this.disk = new VirtualDisk(name, scheduler, clock, entropy, this::crashNow);
  }

  private static InetAddress address(String name, int number) {
    try {
      byte[] ip = {10, 0, (byte) (number >> 8), (byte) number};
      return InetAddress.getByAddress(name, ip);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  String name() {
    return name;
  }

  long seed() {
    return seed;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  VirtualNetwork cables() {
    return cables;
  }

  InetAddress address() {
    return address;
  }

  VirtualClock clock() {
    return clock;
  }

  VirtualDisk disk() {
    return disk;
  }

  @Nullable VirtualNode running() {
    return running;
  }

  boolean powered() {
    return powered;
  }

  /// The living incarnation, booted if there is none.
  VirtualNode boot(int loops) {
    VirtualNode node = running;
    if (node == null) {
      incarnations++;
      disk.mount();
      node = new VirtualNode(this, incarnations, loops);
      running = node;
      scheduler.trace().add(scheduler.now(), node.incarnation(), "boot", 0);
      powerOn();
    }
    return node;
  }

  private void powerOn() {
    powered = true;
    List<Runnable> waiting = List.copyOf(whenPowered);
    whenPowered.clear();
    waiting.forEach(Runnable::run);
  }

  /// What reaches a machine without power is sent again and again until it has some.
  void whenPowered(Runnable arrival) {
    whenPowered.add(arrival);
  }

  void processEnded() {
    running = null;
    disk.processEnded();
  }

  void poweredOff() {
    running = null;
    powered = false;
    disk.powerLost();
  }

  /// The disk's fault schedule says that the node ends here, in the middle of a step.
  private void crashNow(boolean power) {
    VirtualNode node = running;
    if (node != null) {
      if (power) {
        node.powerOff();
      } else {
        node.kill();
      }
    }
  }
}
