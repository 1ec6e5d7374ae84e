package io.millrace.simulation.rewrite;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.queue.EventQueue;
import org.jspecify.annotations.Nullable;

/// Kafka's event queue without its thread: events run as steps of a loop. The loader gives this
/// class the name of `KafkaEventQueue`, so its constructors and public methods are that class's.
///
/// Semantics kept: events run one at a time in the order of the queue; an event with a tag replaces
/// the one before; an event past its deadline gets a TimeoutException; after shutdown has begun,
/// new and deferred events are rejected, queued ones still run, then the cleanup event.
public final class LoopEventQueue implements EventQueue {

  public static final String EVENT_HANDLER_THREAD_SUFFIX = "event-handler";

  private final Time time;
  private final Event cleanup;
  private final EventLoop loop = Deterministic.nextQueueLoop();
  private final ArrayDeque<Entry> queue = new ArrayDeque<>();
  private final Map<String, Entry> tagged = new HashMap<>();
  private final ArrayDeque<Entry> deferred = new ArrayDeque<>();
  private boolean scheduled;
  private boolean shuttingDown;
  private boolean cleanedUp;

  private static final class Entry {
    final Event event;
    final @Nullable String tag;
    OptionalLong deadline = OptionalLong.empty();
    @Nullable Timer timer;
    boolean done;

    Entry(Event event, @Nullable String tag) {
      this.event = event;
      this.tag = tag;
    }
  }

  public LoopEventQueue(Time time, LogContext logContext, String threadNamePrefix) {
    this(time, logContext, threadNamePrefix, VoidEvent.INSTANCE);
  }

  public LoopEventQueue(Time time, LogContext logContext, String threadNamePrefix, Event cleanup) {
    this(time, logContext, threadNamePrefix, cleanup, (_, _) -> {});
  }

  public LoopEventQueue(
      Time time,
      LogContext logContext,
      String threadNamePrefix,
      Event cleanup,
      BiConsumer<Long, Long> idleTimeCallback) {
    this.time = time;
    this.cleanup = cleanup;
  }

  public Time time() {
    return time;
  }

  @Override
  public void enqueue(
      EventInsertionType insertion,
      @Nullable String tag,
      UnaryOperator<OptionalLong> deadlineOf,
      Event event) {
    if (shuttingDown) {
      event.handleException(new RejectedExecutionException("The event queue is shutting down"));
      return;
    }
    Entry entry = new Entry(event, tag);
    Entry replaced = tag == null ? null : tagged.get(tag);
    entry.deadline = deadlineOf.apply(replaced == null ? OptionalLong.empty() : replaced.deadline);
    if (replaced != null) {
      forget(replaced);
    }
    if (tag != null) {
      tagged.put(tag, entry);
    }
    switch (insertion) {
      case APPEND -> queue.addLast(entry);
      case PREPEND -> queue.addFirst(entry);
      case DEFERRED -> {
        deferred.add(entry);
        entry.timer = at(entry.deadline.orElseThrow(), () -> run(entry));
        return;
      }
    }
    if (entry.deadline.isPresent()) {
      entry.timer = at(entry.deadline.getAsLong(), () -> timeOut(entry));
    }
    schedule();
  }

  private Timer at(long deadlineNanos, Runnable step) {
    return loop.schedule(Math.max(0, deadlineNanos - time.nanoseconds()), step);
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      loop.execute(this::runNext);
    }
  }

  private void runNext() {
    scheduled = false;
    Entry entry = queue.poll();
    if (entry != null) {
      run(entry);
    }
    if (!queue.isEmpty()) {
      schedule();
    } else if (shuttingDown && !cleanedUp) {
      cleanedUp = true;
      run(new Entry(cleanup, null));
    }
  }

  private void run(Entry entry) {
    if (entry.done) {
      return;
    }
    forget(entry);
    try {
      entry.event.run();
    } catch (Throwable t) {
      entry.event.handleException(t);
    }
  }

  private void timeOut(Entry entry) {
    if (!entry.done) {
      forget(entry);
      queue.remove(entry);
      entry.event.handleException(new TimeoutException());
    }
  }

  private void forget(Entry entry) {
    entry.done = true;
    deferred.remove(entry);
    Timer timer = entry.timer;
    if (timer != null) {
      timer.cancel();
    }
    if (entry.tag != null) {
      tagged.remove(entry.tag, entry);
    }
  }

  @Override
  public void cancelDeferred(String tag) {
    Entry entry = tagged.get(tag);
    if (entry != null) {
      forget(entry);
    }
  }

  @Override
  public void beginShutdown(String source) {
    if (shuttingDown) {
      return;
    }
    shuttingDown = true;
    for (Entry entry : deferred.toArray(Entry[]::new)) {
      forget(entry);
      entry.event.handleException(
          new RejectedExecutionException("The event queue is shutting down"));
    }
    schedule();
  }

  @Override
  public int size() {
    return queue.size() + deferred.size();
  }

  @Override
  public void close() {
    beginShutdown("close");
  }

  /// Kafka's tests ask for it; nobody here does.
  public Optional<Event> firstDeferredIfIdling() {
    return Optional.empty();
  }
}
