package io.millrace.runtime.real;

/// Waiting for threads to end.
final class Threads {

  private Threads() {}

  /// Waits to the end even when interrupted; the interrupt is kept for the caller.
  static void join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
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
