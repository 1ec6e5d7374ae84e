package io.millrace.runtime.real;

import io.millrace.runtime.FaultHandler;
import io.millrace.runtime.Workers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A fixed number of threads over one queue. They start when first needed and are never
/// interrupted, since that would close the files that they work on.
final class ThreadWorkers implements Workers {

  private final String name;
  private final int limit;
  private final FaultHandler faults;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Runnable> jobs = new ArrayDeque<>();
  private final List<Thread> threads = new ArrayList<>();
  private int idle;
  private boolean stopped;

  ThreadWorkers(String name, int limit, FaultHandler faults) {
    this.name = name;
    this.limit = limit;
    this.faults = faults;
  }

  @Override
  public void execute(Runnable job) {
    lock.lock();
    try {
      jobs.add(job);
      if (idle < jobs.size() && threads.size() < limit && !stopped) {
        Thread thread =
            Thread.ofPlatform().name(name + "-" + threads.size()).daemon().unstarted(this::run);
        threads.add(thread);
        thread.start();
      } else {
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    @Nullable Runnable job;
    while ((job = next()) != null) {
      try {
        job.run();
      } catch (Throwable fault) {
        faults.onFault(name, fault);
      }
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      while (true) {
        Runnable job = jobs.poll();
        if (job != null || stopped) {
          return job;
        }
        idle++;
        try {
          changed.await();
        } catch (InterruptedException e) {
          // Nobody may interrupt a worker; see above.
        } finally {
          idle--;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /// Finishes what is queued, then ends the threads and waits for them.
  void stop() {
    List<Thread> running;
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
      running = List.copyOf(threads);
    } finally {
      lock.unlock();
    }
    running.forEach(Threads::join);
  }
}
