package io.millrace.replication;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The partitions that one reader follows, so that it does not name them in every fetch (KIP-227).
/// A monitor; one fetch at a time works on it, held together by the epoch. It calls nobody while it
/// is held.
///
/// A fetch costs what has changed, not what the session holds. A partition is
///
/// ```
///  DUE      --looked at: the reader has all of it, and has been told so-->  SETTLED
///  SETTLED  --it moves on (its alarm rings), or the reader asks otherwise-->  DUE
/// ```
///
/// and a fetch looks at those that are due. Now and then it looks at all: what a follower's fetch
/// says of the partitions that it does not name (that it still follows, and has all) must not grow
/// old, and not everything that a reader may be told moves a partition (retention raises the start
/// of its log).
public final class FetchSession {

  private final int id;
  private final boolean topicIds;
  private final long fullLookNanos;
  private final LinkedHashMap<FetchPartition.Key, FetchPartition> partitions =
      new LinkedHashMap<>();

  /// In the order in which they are to be read.
  private final LinkedHashSet<FetchPartition> due = new LinkedHashSet<>();

  private int epoch = 1;
  private long lastFullLookNanos;

  /// Whether an alarm has rung since the last look.
  private boolean moved;

  /// The fetch that waits for something to happen.
  private @Nullable ProgressWatcher parked;

  long lastUsedNanos;

  /// @param fullLookNanos how long partitions may go unread
  FetchSession(
      int id,
      boolean topicIds,
      Collection<FetchPartition> initial,
      long fullLookNanos,
      long nowNanos) {
    this.id = id;
    this.topicIds = topicIds;
    this.fullLookNanos = fullLookNanos;
    this.lastFullLookNanos = nowNanos;
    this.lastUsedNanos = nowNanos;
    for (FetchPartition partition : initial) {
      partitions.put(partition.key(), partition);
    }
    for (FetchPartition partition : partitions.values()) {
      join(partition);
    }
  }

  public int id() {
    return id;
  }

  boolean usesTopicIds() {
    return topicIds;
  }

  synchronized int size() {
    return partitions.size();
  }

  /// Applies what an incremental request changes.
  ///
  /// @return the partitions to look at in the order in which they are to be read, or null when
  ///   `requestEpoch` is not the one that comes next
  synchronized @Nullable List<FetchPartition> advance(
      int requestEpoch,
      List<FetchPartition> changed,
      List<FetchPartition> forgotten,
      long nowNanos) {
    if (requestEpoch != epoch) {
      return null;
    }
    epoch = nextEpoch(epoch);
    for (FetchPartition change : changed) {
      FetchPartition known = partitions.putIfAbsent(change.key(), change);
      if (known == null) {
        join(change);
      } else {
        known.ask(change);
        due.add(known);
      }
    }
    for (FetchPartition named : forgotten) {
      FetchPartition gone = partitions.remove(named.key());
      if (gone != null) {
        leave(gone);
      }
    }
    if (nowNanos - lastFullLookNanos >= fullLookNanos) {
      lastFullLookNanos = nowNanos;
      due.addAll(partitions.values());
    }
    return due();
  }

  private void join(FetchPartition partition) {
    partition.alarm = () -> onMoved(partition);
    due.add(partition);
  }

  private void leave(FetchPartition gone) {
    Watchers.Alarm alarm = gone.alarm;
    Partition at = gone.armedAt;
    gone.alarm = null;
    gone.armedAt = null;
    due.remove(gone);
    if (alarm != null && at != null) {
      at.disarm(alarm);
    }
  }

  /// What to look at now.
  public synchronized List<FetchPartition> due() {
    moved = false;
    return new ArrayList<>(due);
  }

  /// The reader has been told all that there is of `asked`: it is not due again before `partition`
  /// has moved on.
  ///
  /// @param seenMoves [ReadAnswer#moves] of the look that says so
  /// @return false where it remains due
  public boolean settle(FetchPartition asked, Partition partition, long seenMoves) {
    Watchers.Alarm alarm;
    Partition before;
    synchronized (this) {
      alarm = asked.alarm;
      if (alarm == null) {
        return false;
      }
      due.remove(asked);
      before = asked.armedAt;
      if (before == partition) {
        return true;
      }
      asked.armedAt = partition;
    }
    if (before != null) {
      before.disarm(alarm);
    }
    if (!partition.arm(alarm, seenMoves)) {
      onMoved(asked);
      return false;
    }
    synchronized (this) {
      if (asked.alarm == alarm) {
        return true;
      }
    }
    // It has left meanwhile.
    partition.disarm(alarm);
    return false;
  }

  /// Whether nothing has happened to it since it settled.
  public synchronized boolean isSettled(FetchPartition asked) {
    return !due.contains(asked);
  }

  /// Any thread.
  private void onMoved(FetchPartition asked) {
    ProgressWatcher waiting;
    synchronized (this) {
      if (asked.alarm == null) {
        return;
      }
      asked.armedAt = null;
      due.add(asked);
      moved = true;
      waiting = parked;
    }
    if (waiting != null) {
      waiting.signal();
    }
  }

  /// Tells `fetch` when a settled partition comes to be due, until [#unpark].
  public void park(ProgressWatcher fetch) {
    boolean missed;
    synchronized (this) {
      parked = fetch;
      missed = moved;
    }
    if (missed) {
      fetch.signal();
    }
  }

  public synchronized void unpark(ProgressWatcher fetch) {
    if (parked == fetch) {
      parked = null;
    }
  }

  /// A partition that has just given records goes to the end, so that the others come first next
  /// time.
  public synchronized void rotate(FetchPartition partition) {
    FetchPartition.Key key = partition.key();
    if (partitions.remove(key, partition)) {
      partitions.put(key, partition);
      if (due.remove(partition)) {
        due.add(partition);
      }
    }
  }

  /// Nobody finds the session any more, and nothing settles. A fetch that is parked on it looks at
  /// all until it ends.
  void close() {
    ProgressWatcher waiting;
    synchronized (this) {
      partitions.values().forEach(this::leave);
      due.addAll(partitions.values());
      moved = true;
      waiting = parked;
    }
    if (waiting != null) {
      waiting.signal();
    }
  }

  /// Epochs run from 1 and wrap around to 1.
  private static int nextEpoch(int epoch) {
    return epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
  }
}
