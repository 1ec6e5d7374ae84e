package io.millrace.coordination;

import io.millrace.runtime.Workers;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// The workers as Kafka's shards ask for them: regular expressions over all topics, and whatever
/// else is too long for a loop. Shutting it down only refuses new tasks: a task's result goes
/// through its shard's queue, which is closed by then.
final class WorkerService extends AbstractExecutorService {
  private final Workers workers;
  private volatile boolean shutdown;

  WorkerService(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void execute(Runnable task) {
    if (shutdown) {
      throw new RejectedExecutionException("The coordinator is shut down.");
    }
    workers.execute(task);
  }

  @Override
  public void shutdown() {
    shutdown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return shutdown;
  }
}
