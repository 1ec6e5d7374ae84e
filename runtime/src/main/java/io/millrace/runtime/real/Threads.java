package io.millrace.runtime.real;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waiting for threads to end.
final class Threads {

  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);

  /// A step that hangs (a device that does not answer) must not hold up the end of the process.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Threads() {}

  /// Waits for the end of a thread that was told to stop, though not forever; also when
  /// interrupted, and the interrupt is kept for the caller.
  static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        if (!thread.join(PATIENCE)) {
          LOG.warn("{} does not end; leaving it behind", thread.getName());
        }
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
