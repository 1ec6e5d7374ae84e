package io.millrace.cli;

import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// A progress line for anything that lasts longer than a second: redrawn on a terminal, elsewhere a
/// line now and then. Silent before that second (elsewhere: five) is over, and gone when closed.
public final class Progress implements AutoCloseable {
  private static final long QUIET_MS = 1_000;
  private static final long REDRAW_MS = 200;
  private static final long LINE_MS = 10_000;

  private final Console console;
  private final Supplier<String> state;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private final long startedNs = System.nanoTime();

  private Progress(Console console, Supplier<String> state) {
    this.console = console;
    this.state = state;
    this.thread = new Thread(this::run, "progress");
    thread.setDaemon(true);
  }

  /// Shows `state` and the seconds that passed until closed. `state` is called on a thread of its
  /// own.
  public static Progress show(Console console, Supplier<String> state) {
    var progress = new Progress(console, state);
    progress.thread.start();
    return progress;
  }

  private void run() {
    try {
      long waitMs = console.terminal() ? QUIET_MS : LINE_MS / 2;
      while (!closed.await(waitMs, TimeUnit.MILLISECONDS)) {
        double seconds = (System.nanoTime() - startedNs) / 1e9;
        String line = String.format(Locale.ROOT, "%s, %.0f s", state.get(), seconds);
        if (console.terminal()) {
          console.err().print("\r\033[K" + line);
          console.err().flush();
          waitMs = REDRAW_MS;
        } else {
          console.note(line);
          waitMs = LINE_MS;
        }
      }
      if (console.terminal() && waitMs == REDRAW_MS) {
        console.err().print("\r\033[K");
        console.err().flush();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
