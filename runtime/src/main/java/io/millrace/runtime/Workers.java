package io.millrace.runtime;

import java.util.concurrent.Executor;

/// Threads for stateless work that blocks. In the virtual world the work runs on the single thread,
/// at a later virtual time. A job brings its result back by posting to a loop.
public interface Workers extends Executor {

  /// Runs the job some time, in no order relative to other jobs.
  @Override
  void execute(Runnable job);
}
