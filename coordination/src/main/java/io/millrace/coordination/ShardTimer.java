package io.millrace.coordination;

import io.millrace.runtime.Clock;
import io.millrace.runtime.EventLoop;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.server.util.timer.Timer;
import org.apache.kafka.server.util.timer.TimerTask;
import org.apache.kafka.server.util.timer.TimerTaskEntry;

/// Kafka's timer over the world's: sessions, rebalances, write timeouts.
///
/// Tasks of one millisecond share one timer of the loop. What they run only puts an event on its
/// shard's queue, so it does not matter which loop that is.
///
/// Kafka cancels a task without telling the timer: its entry merely says so. Every write has a
/// timeout that is cancelled within milliseconds, so cancelled entries are swept away whenever the
/// entries have doubled since the last sweep; what they hold is then bounded by what is live.
///
/// The monitor guards the buckets alone; no task runs while it is held.
final class ShardTimer implements Timer {
  private static final int SWEEP_FLOOR = 1024;

  private final Clock clock;
  private final EventLoop loop;
  private final TreeMap<Long, Bucket> buckets = new TreeMap<>();
  private int entries;
  private int sweepAt = SWEEP_FLOOR;
  private boolean closed;

  ShardTimer(Clock clock, EventLoop loop) {
    this.clock = clock;
    this.loop = loop;
  }

  @Override
  public synchronized void add(TimerTask task) {
    if (closed) {
      return;
    }
    long nowNanos = clock.nanos();
    long dueNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(Math.max(0, task.delayMs));
    long dueMs = Math.ceilDiv(dueNanos, 1_000_000L);
    // Without an entry of its own a task counts as cancelled.
    TimerTaskEntry entry = new TimerTaskEntry(task, dueMs);
    buckets
        .computeIfAbsent(
            dueMs, due -> new Bucket(loop.schedule(due * 1_000_000L - nowNanos, () -> fire(due))))
        .entries
        .add(entry);
    if (++entries >= sweepAt) {
      sweep();
    }
  }

  /// Tasks that wait, cancelled ones included until they are swept away.
  @Override
  public synchronized int size() {
    return entries;
  }

  @Override
  public boolean advanceClock(long timeoutMs) {
    throw new UnsupportedOperationException("the world's clock advances by itself");
  }

  @Override
  public synchronized void close() {
    closed = true;
    buckets.values().forEach(bucket -> bucket.timer.cancel());
    buckets.clear();
    entries = 0;
  }

  private void fire(long dueMs) {
    Bucket bucket;
    synchronized (this) {
      bucket = buckets.remove(dueMs);
      if (bucket == null) {
        return;
      }
      entries -= bucket.entries.size();
    }
    for (TimerTaskEntry entry : bucket.entries) {
      if (!entry.cancelled()) {
        entry.timerTask.run();
      }
    }
  }

  private void sweep() {
    int left = 0;
    for (Iterator<Map.Entry<Long, Bucket>> i = buckets.entrySet().iterator(); i.hasNext(); ) {
      Bucket bucket = i.next().getValue();
      bucket.entries.removeIf(TimerTaskEntry::cancelled);
      left += bucket.entries.size();
      if (bucket.entries.isEmpty()) {
        bucket.timer.cancel();
        i.remove();
      }
    }
    entries = left;
    sweepAt = Math.max(SWEEP_FLOOR, 2 * left);
  }

  private static final class Bucket {
    final io.millrace.runtime.Timer timer;
    final ArrayList<TimerTaskEntry> entries = new ArrayList<>(2);

    Bucket(io.millrace.runtime.Timer timer) {
      this.timer = timer;
    }
  }
}
