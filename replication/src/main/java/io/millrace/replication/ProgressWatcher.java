package io.millrace.replication;

import io.millrace.runtime.Mailbox;
import java.util.concurrent.atomic.AtomicBoolean;

/// Somebody who wants to know when partitions move on: their log end, their high watermark, who
/// leads them. However often that happens while the watcher's loop is busy, it is told once.
///
/// It is not told what moved: it looks itself, so that it always sees the latest state.
public abstract class ProgressWatcher implements Runnable {

  private final Mailbox mailbox;
  private final AtomicBoolean signalled = new AtomicBoolean();

  protected ProgressWatcher(Mailbox mailbox) {
    this.mailbox = mailbox;
  }

  /// On the watcher's own loop, some time after the change.
  protected abstract void onProgress();

  /// Any thread.
  final void signal() {
    if (signalled.compareAndSet(false, true)) {
      mailbox.post(this);
    }
  }

  @Override
  public final void run() {
    signalled.set(false);
    onProgress();
  }
}
