package io.millrace.server.request;

import io.millrace.runtime.Clock;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Mailbox;
import java.util.ArrayList;
import java.util.LinkedHashSet;

/// What the request path keeps for each event loop: the mailbox through which other loops reach its
/// connections, and the connections that have answers to flush at the end of the current step.
public final class LoopContext {

  private final EventLoop loop;
  private final Clock clock;
  private final LoopTraffic traffic = new LoopTraffic();
  private final Mailbox mailbox;
  private final ArrayList<WireConnection> unflushed = new ArrayList<>();
  private final LinkedHashSet<WireConnection> connections = new LinkedHashSet<>();
  private final WireReader reader = new WireReader();
  private boolean sweeping;
  private boolean inStep;
  private boolean flushPosted;

  LoopContext(EventLoop loop, Clock clock) {
    this.loop = loop;
    this.clock = clock;
    this.mailbox = new Mailbox(loop, this::flushAll);
  }

  public EventLoop loop() {
    return loop;
  }

  /// Where other loops leave what concerns this one.
  public Mailbox mailbox() {
    return mailbox;
  }

  /// On the loop only.
  public LoopTraffic traffic() {
    return traffic;
  }

  WireReader reader() {
    return reader;
  }

  void opened(WireConnection connection, long sweepNanos) {
    connections.add(connection);
    if (!sweeping && sweepNanos > 0) {
      sweeping = true;
      loop.schedule(sweepNanos, () -> sweep(sweepNanos));
    }
  }

  void closed(WireConnection connection) {
    connections.remove(connection);
  }

  void resumeAll() {
    for (WireConnection connection : connections.toArray(WireConnection[]::new)) {
      connection.resume();
    }
  }

  /// Closes every connection of this loop that came in by a listener of `role`.
  void closeAll(Request.ListenerRole role) {
    for (WireConnection connection : connections.toArray(WireConnection[]::new)) {
      if (connection.listener().role() == role) {
        connection.close();
      }
    }
  }

  /// Closes the connection of this loop that was idle longest, and so on, while there are too many.
  void shed(Request.ListenerRole role, ConnectionGate gate) {
    while (gate.isOverfull()) {
      WireConnection idlest = null;
      for (WireConnection connection : connections) {
        if (connection.isAdmitted()
            && connection.listener().role() == role
            && gate.isExpendable(connection)
            && (idlest == null || connection.lastActiveNanos() < idlest.lastActiveNanos())) {
          idlest = connection;
        }
      }
      if (idlest == null) {
        return;
      }
      idlest.close();
    }
  }

  /// Closes connections that have been idle too long; goes on while there are any.
  private void sweep(long sweepNanos) {
    for (WireConnection connection : connections.toArray(WireConnection[]::new)) {
      connection.closeIfIdle();
    }
    if (connections.isEmpty()) {
      sweeping = false;
    } else {
      loop.schedule(sweepNanos, () -> sweep(sweepNanos));
    }
  }

  /// Runs a step of this loop that may answer requests (a timer), then flushes what it answered.
  public void step(Runnable work) {
    enter();
    try {
      work.run();
    } finally {
      leave();
    }
  }

  /// Answers that become ready from now on are flushed by [#leave].
  void enter() {
    inStep = true;
  }

  void leave() {
    inStep = false;
    flushAll();
  }

  void flushLater(WireConnection connection) {
    unflushed.add(connection);
    if (!inStep && !flushPosted && !mailbox.isDelivering()) {
      // Somebody else's step on this loop answered: the batch of this message flushes.
      flushPosted = true;
      mailbox.post(() -> flushPosted = false);
    }
  }

  private void flushAll() {
    // Flushing may unblock a connection's next requests, whose answers are flushed here too.
    for (int i = 0; i < unflushed.size(); i++) {
      unflushed.get(i).flush();
    }
    unflushed.clear();
    if (traffic.hasAnswers()) {
      traffic.endStep(clock.nanos());
    }
  }
}
