package io.millrace.runtime;

import java.util.ArrayList;
import java.util.List;

/// Messages to one loop, delivered in batches: however many are posted while the loop is busy, it
/// is woken once. After each batch the owner's `afterBatch` runs, the moment to flush what the
/// batch produced. Any thread may post; order is kept per caller.
public final class Mailbox {

  private final EventLoop loop;
  private final Runnable afterBatch;
  private final Object guard = new Object();
  private ArrayList<Runnable> incoming = new ArrayList<>();
  private ArrayList<Runnable> spare = new ArrayList<>();
  private boolean scheduled;
  private boolean delivering;

  public Mailbox(EventLoop loop, Runnable afterBatch) {
    this.loop = loop;
    this.afterBatch = afterBatch;
  }

  public EventLoop loop() {
    return loop;
  }

  /// Whether a batch is being delivered, after which `afterBatch` will run. On the loop.
  public boolean isDelivering() {
    return delivering;
  }

  public void post(Runnable message) {
    synchronized (guard) {
      incoming.add(message);
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    loop.execute(this::deliver);
  }

  private void deliver() {
    ArrayList<Runnable> batch;
    synchronized (guard) {
      batch = incoming;
      incoming = spare;
      spare = batch;
      scheduled = false;
    }
    // `spare` is the batch being delivered: a second delivery cannot start before this one ends,
    // since both run on the loop.
    int delivered = 0;
    delivering = true;
    try {
      for (; delivered < batch.size(); delivered++) {
        batch.get(delivered).run();
      }
    } finally {
      if (delivered < batch.size()) {
        // A message threw: what came after it is not lost with it, and stays ahead of what was
        // posted meanwhile.
        putBack(batch.subList(delivered + 1, batch.size()));
      }
      batch.clear();
      delivering = false;
      afterBatch.run();
    }
  }

  private void putBack(List<Runnable> rest) {
    synchronized (guard) {
      incoming.addAll(0, rest);
      if (scheduled || incoming.isEmpty()) {
        return;
      }
      scheduled = true;
    }
    loop.execute(this::deliver);
  }
}
