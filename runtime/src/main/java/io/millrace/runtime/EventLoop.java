package io.millrace.runtime;

import java.util.concurrent.Executor;

/// One thread's queue of steps. State that belongs to a loop is touched by its steps only, so it
/// needs no lock. All methods may be called from any thread.
public interface EventLoop extends Executor {

  /// Unique within the node, for logs and metrics.
  String name();

  /// Whether the caller already runs on this loop. Never post to yourself what you can do now.
  boolean inLoop();

  /// Runs `step` on this loop, after everything posted before it by the same caller. A step that
  /// throws is a programmer error: it is reported to the loop's fault handler, and the loop goes
  /// on.
  @Override
  void execute(Runnable step);

  /// Runs `step` on this loop once, not before `delayNanos` have passed.
  Timer schedule(long delayNanos, Runnable step);
}
