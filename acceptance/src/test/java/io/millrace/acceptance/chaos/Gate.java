package io.millrace.acceptance.chaos;

/// One direction between two endpoints on one plane: open, slow, or shut. Any thread.
final class Gate {
  private boolean shut;
  private long delayNanos;

  /// Bytes wait here while the gate is shut, and for its delay.
  synchronized void pass() throws InterruptedException {
    long due = System.nanoTime() + delayNanos;
    while (shut || due - System.nanoTime() > 0) {
      if (shut) {
        wait();
      } else {
        wait(Math.max(1, (due - System.nanoTime()) / 1_000_000));
      }
    }
  }

  synchronized void shut() {
    shut = true;
  }

  synchronized void delay(int delayMs) {
    delayNanos = delayMs * 1_000_000L;
  }

  synchronized void open() {
    shut = false;
    delayNanos = 0;
    notifyAll();
  }
}
