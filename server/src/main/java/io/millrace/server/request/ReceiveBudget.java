package io.millrace.server.request;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Bounds the memory of requests that are being received (`queued.max.request.bytes`). Requests are
/// handled as soon as they are whole, so what costs memory is the part of a large request that has
/// arrived. A connection that begins one asks here for all of it at once, so that nobody waits for
/// more while holding some, and stops reading until it gets it; those that wait are served in
/// order. A monitor; shared by all loops.
final class ReceiveBudget {

  /// Requests up to this size are never held back.
  static final int FREE_BYTES = 64 * 1024;

  private record Waiting(WireConnection connection, long bytes) {}

  private final long limit;
  private final Object guard = new Object();
  private final ArrayDeque<Waiting> line = new ArrayDeque<>();
  private long used;

  /// @param limit bytes, -1 for no bound
  ReceiveBudget(long limit) {
    this.limit = limit < 0 ? Long.MAX_VALUE : limit;
  }

  /// Takes `bytes`, or puts the connection in line, which hears of it through
  /// [WireConnection#budgetGranted].
  boolean tryTake(WireConnection connection, long bytes) {
    synchronized (guard) {
      if (line.isEmpty() && fits(bytes)) {
        used += bytes;
        return true;
      }
      line.add(new Waiting(connection, bytes));
      return false;
    }
  }

  /// One request is always let in, however large, so that a limit below a single request cannot
  /// stop everything.
  private boolean fits(long bytes) {
    return used == 0 || used + bytes <= limit;
  }

  void giveBack(long bytes) {
    List<Waiting> granted = new ArrayList<>();
    synchronized (guard) {
      used -= bytes;
      advance(granted);
    }
    tell(granted);
  }

  /// A connection that closes while it may be in line.
  void forget(WireConnection connection) {
    List<Waiting> granted = new ArrayList<>();
    synchronized (guard) {
      if (line.removeIf(waiting -> waiting.connection() == connection)) {
        advance(granted);
      }
    }
    tell(granted);
  }

  private void advance(List<Waiting> granted) {
    Waiting first;
    while ((first = line.peek()) != null && fits(first.bytes())) {
      used += first.bytes();
      granted.add(line.remove());
    }
  }

  private static void tell(List<Waiting> granted) {
    for (Waiting waiting : granted) {
      waiting.connection().budgetGranted(waiting.bytes());
    }
  }

  /// Bytes that are taken.
  long used() {
    synchronized (guard) {
      return used;
    }
  }
}
