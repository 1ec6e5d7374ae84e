package io.millrace.runtime.real;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.FaultHandler;
import io.millrace.runtime.Timer;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A loop with a thread of its own, whose steps may block. Due timers run before posted steps, so
/// that a busy queue cannot starve them. Its queue is guarded by one lock that is never held while
/// a step runs.
final class ThreadLoop implements EventLoop {

  private final String name;
  private final FaultHandler faults;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Runnable> steps = new ArrayDeque<>();
  private final PriorityQueue<Deadline> deadlines = new PriorityQueue<>();
  private long sequence;
  private boolean stopped;

  ThreadLoop(String name, FaultHandler faults) {
    this.name = name;
    this.faults = faults;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    thread.start();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread().equals(thread);
  }

  @Override
  public void execute(Runnable step) {
    lock.lock();
    try {
      steps.add(step);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Timer schedule(long delayNanos, Runnable step) {
    lock.lock();
    try {
      long at = System.nanoTime() + Math.max(0, delayNanos);
      Deadline deadline = new Deadline(at, sequence++, step);
      deadlines.add(deadline);
      changed.signal();
      return deadline;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    @Nullable Runnable step;
    while ((step = next()) != null) {
      try {
        step.run();
      } catch (Throwable fault) {
        faults.onFault(name, fault);
      }
    }
  }

  /// Waits for the next step; null when the loop has been stopped.
  private @Nullable Runnable next() {
    lock.lock();
    try {
      while (!stopped) {
        Deadline deadline = deadlines.peek();
        long waitNanos = deadline == null ? Long.MAX_VALUE : deadline.atNanos - System.nanoTime();
        if (deadline != null && waitNanos <= 0) {
          deadlines.remove();
          return deadline.step;
        }
        Runnable step = steps.poll();
        if (step != null) {
          return step;
        }
        await(waitNanos);
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  @SuppressWarnings("WaitNotInLoop")
  private void await(long nanos) {
    try {
      if (nanos == Long.MAX_VALUE) {
        changed.await();
      } else {
        changed.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      // Nobody may interrupt a loop: an interrupt would close the files that its steps use.
    }
  }

  /// Drops what is queued, lets the running step finish, and waits for that unless called by it.
  void stop() {
    lock.lock();
    try {
      stopped = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (!inLoop()) {
      Threads.join(thread);
    }
  }

  private final class Deadline implements Timer, Comparable<Deadline> {
    private final long atNanos;
    private final long order;
    private final Runnable step;

    Deadline(long atNanos, long order, Runnable step) {
      this.atNanos = atNanos;
      this.order = order;
      this.step = step;
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        deadlines.remove(this);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public int compareTo(Deadline other) {
      int byTime = Long.compare(atNanos - other.atNanos, 0);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }
}
