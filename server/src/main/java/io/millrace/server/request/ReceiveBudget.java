package io.millrace.server.request;

import java.util.ArrayDeque;

/// Bounds the memory of requests that are being received (`queued.max.request.bytes`). Requests are
/// handled as soon as they are whole, so what costs memory is the part of a large request that has
/// arrived. A connection that needs more than a small buffer asks for it here and stops reading
/// until it gets it. A monitor; shared by all loops.
final class ReceiveBudget {

  /// Requests up to this size are never held back.
  static final int FREE_BYTES = 64 * 1024;

  private final long limit;
  private final Object guard = new Object();
  private final ArrayDeque<WireConnection> waiting = new ArrayDeque<>();
  private long used;

  /// @param limit bytes, -1 for no bound
  ReceiveBudget(long limit) {
    this.limit = limit < 0 ? Long.MAX_VALUE : limit;
  }

  /// Takes `bytes`, or queues the connection, which is told through
  /// [WireConnection#budgetAvailable] when to ask again. One request is always let in, however
  /// large, so that a limit below a single request cannot stop everything.
  boolean tryTake(WireConnection connection, long bytes) {
    synchronized (guard) {
      if (used == 0 || used + bytes <= limit) {
        used += bytes;
        return true;
      }
      waiting.add(connection);
      return false;
    }
  }

  void giveBack(long bytes) {
    WireConnection next;
    synchronized (guard) {
      used -= bytes;
      next = waiting.poll();
    }
    if (next != null) {
      next.budgetAvailable();
    }
  }

  /// A connection that closes while it waits.
  void forget(WireConnection connection) {
    WireConnection next = null;
    synchronized (guard) {
      if (!waiting.remove(connection) && used < limit) {
        next = waiting.poll();
      }
    }
    if (next != null) {
      next.budgetAvailable();
    }
  }
}
