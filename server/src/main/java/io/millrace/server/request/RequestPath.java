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
  private final ConnectionLimits limits;
  private final ReceiveBudget budget;
  private final RequestCounters counters = new RequestCounters();
  private final AtomicLong connectionIds = new AtomicLong();
  private volatile boolean serving;
  private volatile boolean servingControllers;

  /// @param queuedMaxRequestBytes `queued.max.request.bytes`, -1 for no bound
  public RequestPath(World world, ConnectionLimits limits, long queuedMaxRequestBytes) {
    this.clock = world.clock();
    this.limits = limits;
    this.budget = new ReceiveBudget(queuedMaxRequestBytes);
    for (EventLoop loop : world.loops()) {
      contexts.add(new LoopContext(loop));
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

  boolean isServing(Request.ListenerRole role) {
    return switch (role) {
      case BROKER -> serving;
      case CONTROLLER -> servingControllers;
    };
  }

  Clock clock() {
    return clock;
  }

  ConnectionLimits limits() {
    return limits;
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
