package io.millrace.runtime.virtual;

import java.util.ArrayDeque;

/// One direction of one connection: what is sent arrives once, in order, whatever the link does to
/// the single packets. A machine without power gets it when it has some again.
final class Wire {

  private final Scheduler scheduler;
  private final Link link;
  private final Machine to;
  private final String name;
  private final ArrayDeque<Packet> inFlight = new ArrayDeque<>();

  private static final class Packet {
    private final String what;
    private final long detail;
    private final Runnable effect;
    private boolean arrived;

    Packet(String what, long detail, Runnable effect) {
      this.what = what;
      this.detail = detail;
      this.effect = effect;
    }
  }

  Wire(Scheduler scheduler, Link link, Machine from, Machine to) {
    this.scheduler = scheduler;
    this.link = link;
    this.to = to;
    this.name = from.name() + ">" + to.name();
  }

  Link link() {
    return link;
  }

  /// @param what the packet's kind and `detail` a digest of its content, for the trace
  /// @param effect what its arrival does, in the receiving machine's kernel
  void send(String what, int bytes, long detail, Runnable effect) {
    Packet packet = new Packet(what, detail, effect);
    inFlight.add(packet);
    link.carry(bytes, () -> arrived(packet));
  }

  private void arrived(Packet packet) {
    if (!to.powered()) {
      to.whenPowered(() -> arrived(packet));
      return;
    }
    packet.arrived = true;
    Packet head;
    while ((head = inFlight.peek()) != null && head.arrived) {
      inFlight.remove();
      scheduler.trace().add(scheduler.now(), name, head.what, head.detail);
      head.effect.run();
    }
  }
}
