package io.millrace.coordination;

import io.millrace.runtime.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.coordinator.common.runtime.CoordinatorEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The events of the shards that are pinned to one loop, in order.
///
/// Events arrive from any thread and are run on the loop in bursts: one step is posted when the
/// first event comes, so that whatever arrives in the same tick is run together, and the runtime's
/// own batching (a flush behind the events already queued) turns it into one append.
///
/// The monitor guards the queue alone; no event runs while it is held.
final class ShardLoop {
  /// Events run before other steps of the loop get their turn.
  private static final int BURST = 128;

  private static final Logger LOG = LoggerFactory.getLogger(ShardLoop.class);

  private final EventLoop loop;
  private final ArrayDeque<CoordinatorEvent> events = new ArrayDeque<>();
  private boolean posted;
  private boolean closed;

  /// Belongs to the loop: whether the events of the step that runs go before those that wait.
  private boolean first;

  ShardLoop(EventLoop loop) {
    this.loop = loop;
  }

  EventLoop loop() {
    return loop;
  }

  /// Runs the step, whose events go before everything that waits. To be called on the loop.
  void first(Runnable step) {
    first = true;
    try {
      step.run();
    } finally {
      first = false;
    }
  }

  void addLast(CoordinatorEvent event) {
    if (loop.inLoop() && first) {
      addFirst(event);
      return;
    }
    boolean post;
    synchronized (this) {
      checkOpen();
      events.addLast(event);
      post = !posted;
      posted = true;
    }
    if (post) {
      loop.execute(this::runBurst);
    }
  }

  void addFirst(CoordinatorEvent event) {
    boolean post;
    synchronized (this) {
      checkOpen();
      events.addFirst(event);
      post = !posted;
      posted = true;
    }
    if (post) {
      loop.execute(this::runBurst);
    }
  }

  /// Rejects everything queued and everything to come.
  void close() {
    while (true) {
      CoordinatorEvent event;
      synchronized (this) {
        closed = true;
        event = events.pollFirst();
      }
      if (event == null) {
        return;
      }
      complete(event, new RejectedExecutionException("The coordinator's event loop is closed."));
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new RejectedExecutionException("The coordinator's event loop is closed.");
    }
  }

  private void runBurst() {
    for (int i = 0; i < BURST; i++) {
      CoordinatorEvent event = poll();
      if (event == null) {
        return;
      }
      run(event);
    }
    loop.execute(this::runBurst);
  }

  /// The next event; without one the burst is over, and the next event posts a new one.
  private synchronized @Nullable CoordinatorEvent poll() {
    CoordinatorEvent event = events.pollFirst();
    posted = event != null;
    return event;
  }

  private static void run(CoordinatorEvent event) {
    try {
      event.run();
    } catch (Throwable t) {
      LOG.error("Event {} of {} failed.", event, event.key(), t);
      complete(event, t);
    }
  }

  private static void complete(CoordinatorEvent event, Throwable reason) {
    try {
      event.complete(reason);
    } catch (Throwable t) {
      LOG.error("Event {} of {} could not be failed.", event, event.key(), t);
    }
  }
}
