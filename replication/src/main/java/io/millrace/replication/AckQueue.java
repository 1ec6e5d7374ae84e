package io.millrace.replication;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.kafka.common.protocol.Errors;

/// The produce requests that wait at one partition, lowest offset first. Used under the partition's
/// guard.
final class AckQueue {

  /// One wait.
  record Entry(long endOffset, AckWaiter waiter, int ticket) {}

  private static final Comparator<Entry> BY_OFFSET = Comparator.comparingLong(Entry::endOffset);

  private final PriorityQueue<Entry> onHighWatermark = new PriorityQueue<>(BY_OFFSET);
  private final PriorityQueue<Entry> onSync = new PriorityQueue<>(BY_OFFSET);

  void add(long endOffset, boolean all, AckWaiter waiter, int ticket) {
    (all ? onHighWatermark : onSync).add(new Entry(endOffset, waiter, ticket));
  }

  int size() {
    return onHighWatermark.size() + onSync.size();
  }

  /// Tells those who waited, mostly nobody, after every append: no iterator. Without the guard.
  static void finish(List<Entry> entries, Errors error) {
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      entry.waiter().onAck(entry.ticket(), error);
    }
  }

  /// Removes and returns the waits that are over.
  List<Entry> takeReached(long highWatermark, long synced) {
    if (onHighWatermark.isEmpty() && onSync.isEmpty()) {
      return List.of();
    }
    List<Entry> reached = new ArrayList<>();
    takeUpTo(onHighWatermark, highWatermark, reached);
    takeUpTo(onSync, synced, reached);
    return reached;
  }

  private static void takeUpTo(PriorityQueue<Entry> queue, long offset, List<Entry> into) {
    for (Entry head = queue.peek();
        head != null && head.endOffset() <= offset;
        head = queue.peek()) {
      queue.remove();
      into.add(head);
    }
  }

  List<Entry> takeAll() {
    List<Entry> all = new ArrayList<>();
    takeUpTo(onHighWatermark, Long.MAX_VALUE, all);
    takeUpTo(onSync, Long.MAX_VALUE, all);
    return all;
  }

  void forget(AckWaiter waiter) {
    onHighWatermark.removeIf(entry -> entry.waiter() == waiter);
    onSync.removeIf(entry -> entry.waiter() == waiter);
  }
}
