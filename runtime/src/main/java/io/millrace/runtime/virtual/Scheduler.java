package io.millrace.runtime.virtual;

import io.millrace.runtime.FaultHandler;
import org.jspecify.annotations.Nullable;

/// The one queue of a world's events, by virtual time and then in the order they were made.
final class Scheduler {

  private final EventHeap events = new EventHeap();
  private final Trace trace = new Trace();
  private final FaultHandler faults;
  private long eventNanos;
  private long elapsedNanos;
  private long sequence;
  private @Nullable VirtualLoop current;

  Scheduler(FaultHandler faults) {
    this.faults = faults;
  }

  Trace trace() {
    return trace;
  }

  /// Virtual nanoseconds since the world began: the running event's time and what its blocking
  /// calls have taken since.
  long now() {
    return eventNanos + elapsedNanos;
  }

  /// When the running event began.
  long eventNanos() {
    return eventNanos;
  }

  /// The running step's blocking call takes that long.
  void elapse(long nanos) {
    elapsedNanos += nanos;
  }

  /// The loop whose step is running, if any.
  @Nullable VirtualLoop current() {
    return current;
  }

  /// Makes an event. It vanishes with its owner, and waits while its owner is paused.
  ///
  /// @param owner the process that it belongs to; null for the machines' kernels and the cables
  Event at(long nanos, @Nullable VirtualNode owner, String what, Runnable action) {
    Event event = new Event(this, Math.max(nanos, now()), sequence++, owner, what, action);
    events.add(event);
    return event;
  }

  /// Runs the next event; false when there is none.
  boolean step() {
    Event event = events.poll();
    if (event == null) {
      return false;
    }
    VirtualNode owner = event.owner;
    if (owner != null && !owner.alive()) {
      return true;
    }
    if (owner != null && owner.pausedUntil() > event.atNanos) {
      event.atNanos = owner.pausedUntil();
      events.add(event);
      return true;
    }
    eventNanos = event.atNanos;
    elapsedNanos = 0;
    event.action.run();
    elapsedNanos = 0;
    return true;
  }

  /// How many events of a process are waiting to happen.
  int pending(VirtualNode owner) {
    return events.count(event -> owner.equals(event.owner));
  }

  /// When the next event is due, or [Long#MAX_VALUE].
  long nextNanos() {
    Event event = events.peek();
    return event == null ? Long.MAX_VALUE : event.atNanos;
  }

  /// Lets time pass up to `nanos`, before which nothing is due.
  void advanceTo(long nanos) {
    eventNanos = Math.max(eventNanos, nanos);
  }

  /// Runs one step of a process. A crash in its middle ends it silently; anything else that it
  /// throws is a fault.
  void run(VirtualNode node, @Nullable VirtualLoop loop, String where, String what, Runnable step) {
    trace.add(eventNanos, where, what, 0);
    @Nullable VirtualLoop before = current;
    current = loop;
    try {
      step.run();
    } catch (NodeCrashed crash) {
      // Its state is gone already; nothing of the step may go on.
    } catch (Throwable fault) {
      if (node.alive()) {
        faults.onFault(where, fault);
      }
    } finally {
      current = before;
    }
  }

  /// Something that will happen.
  static final class Event {
    private final Scheduler scheduler;
    private final long order;
    private final @Nullable VirtualNode owner;
    final String what;
    private final Runnable action;
    private long atNanos;

    /// Its place in the heap, negative when it is not in there; the heap's own.
    int place = -1;

    private Event(
        Scheduler scheduler,
        long atNanos,
        long order,
        @Nullable VirtualNode owner,
        String what,
        Runnable action) {
      this.scheduler = scheduler;
      this.atNanos = atNanos;
      this.order = order;
      this.owner = owner;
      this.what = what;
      this.action = action;
    }

    /// It will not happen, unless it has.
    void cancel() {
      scheduler.events.remove(this);
    }

    boolean isBefore(Event other) {
      return atNanos != other.atNanos ? atNanos < other.atNanos : order < other.order;
    }
  }
}
