package io.millrace.server.request;

import io.millrace.runtime.Clock;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// What all connections of a node share: the loops' contexts, limits and counters. Makes the
/// [ConnectionHandler]s that listeners hand to the network.
public final class RequestPath {

  private final Clock clock;
  private final List<LoopContext> contexts = new ArrayList<>();
  private final ConnectionGate brokerGate;
  private final ConnectionGate controllerGate;
  private final ReceiveBudget budget;
  private final RequestCounters counters = new RequestCounters();
  private final AtomicLong connectionIds = new AtomicLong();
  private volatile boolean serving;
  private volatile boolean servingControllers;

  /// @param brokerGate lets in what comes to the broker's listeners
  /// @param controllerGate the same for the controller's, which are counted apart
  /// @param queuedMaxRequestBytes `queued.max.request.bytes`, -1 for no bound
  public RequestPath(
      World world,
      ConnectionGate brokerGate,
      ConnectionGate controllerGate,
      long queuedMaxRequestBytes) {
    this.clock = world.clock();
    this.brokerGate = brokerGate;
    this.controllerGate = controllerGate;
    this.budget = new ReceiveBudget(queuedMaxRequestBytes);
    for (EventLoop loop : world.loops()) {
      contexts.add(new LoopContext(loop, clock));
    }
  }

  /// A handler for one accepted connection.
  ///
  /// @param apis asked when the first request comes, which is not before [#serve]
  public ConnectionHandler accept(ListenerSettings listener, Supplier<ApiTable> apis) {
    return new WireConnection(this, listener, apis);
  }

  /// The context of one of the world's loops.
  public LoopContext context(EventLoop loop) {
    for (LoopContext context : contexts) {
      if (context.loop() == loop) {
        return context;
      }
    }
    throw new IllegalArgumentException("not a connection loop: " + loop.name());
  }

  public List<LoopContext> contexts() {
    return contexts;
  }

  /// From now on requests of the listeners of this role are read. Until then their connections are
  /// accepted and kept waiting, so that a client that comes early is answered as soon as the node
  /// can. Any thread.
  public void serve(Request.ListenerRole role) {
    switch (role) {
      case BROKER -> serving = true;
      case CONTROLLER -> servingControllers = true;
    }
    for (LoopContext context : contexts) {
      context.mailbox().post(context::resumeAll);
    }
  }

  /// Closes the connections that came in by listeners of this role. Any thread.
  public void close(Request.ListenerRole role) {
    for (LoopContext context : contexts) {
      context.mailbox().post(() -> context.closeAll(role));
    }
  }

  boolean isServing(Request.ListenerRole role) {
    return switch (role) {
      case BROKER -> serving;
      case CONTROLLER -> servingControllers;
    };
  }

  Clock clock() {
    return clock;
  }

  /// What lets in the connections of the listeners of a role.
  public ConnectionGate gate(Request.ListenerRole role) {
    return switch (role) {
      case BROKER -> brokerGate;
      case CONTROLLER -> controllerGate;
    };
  }

  /// Closes the connections that were idle longest while there are more than allowed. Any thread.
  public void shed(Request.ListenerRole role) {
    for (LoopContext context : contexts) {
      context.mailbox().post(() -> context.shed(role, gate(role)));
    }
  }

  ReceiveBudget budget() {
    return budget;
  }

  public RequestCounters counters() {
    return counters;
  }

  long nextConnectionId() {
    return connectionIds.getAndIncrement();
  }
}
