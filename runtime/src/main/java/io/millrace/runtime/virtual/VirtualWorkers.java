package io.millrace.runtime.virtual;

import io.millrace.runtime.Workers;
import java.util.random.RandomGenerator;

/// Runs each job by itself, at a random moment soon.
final class VirtualWorkers implements Workers {

  private static final int DELAY_NANOS = 200_000;

  private final VirtualNode node;
  private final Scheduler scheduler;
  private final String where;
  private final RandomGenerator random;

  VirtualWorkers(VirtualNode node, Scheduler scheduler, RandomGenerator random) {
    this.node = node;
    this.scheduler = scheduler;
    this.where = node.incarnation() + "/workers";
    this.random = random;
  }

  @Override
  public void execute(Runnable job) {
    long at = scheduler.now() + random.nextInt(DELAY_NANOS);
    scheduler.at(at, node, "job", () -> scheduler.run(node, null, where, "job", job));
  }
}
