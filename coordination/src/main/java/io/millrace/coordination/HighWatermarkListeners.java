package io.millrace.coordination;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.protocol.Errors;

/// Who hears of a partition's high watermark while this node leads it, never backwards.
///
/// They are forgotten when this node leads no more, so that none hears of a later tenure, in which
/// the log may have lost what it knew. Too few in-sync replicas are no such end: the high watermark
/// stands still for a while, or has been reached all the same, and goes on when they are back.
///
/// The monitor guards the listeners, who are told while it is held, since two threads that tell
/// them would otherwise overtake each other.
final class HighWatermarkListeners {
  private final List<LongConsumer> listeners = new ArrayList<>(1);
  private long told = -1;

  /// Adds one and tells it where the high watermark is now.
  synchronized void add(LongConsumer listener, LongSupplier highWatermark) {
    told = highWatermark.getAsLong();
    listeners.add(listener);
    listener.accept(told);
  }

  synchronized void remove(LongConsumer listener) {
    listeners.remove(listener);
  }

  /// What a wait for everything below `endOffset` came to.
  ///
  /// @param error as [io.millrace.replication.Partition#awaitAck] and its waiters tell it
  synchronized void onAck(long endOffset, Errors error) {
    if (error != Errors.NONE && error != Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND) {
      listeners.clear();
    } else if (endOffset > told) {
      told = endOffset;
      listeners.forEach(listener -> listener.accept(endOffset));
    }
  }
}
