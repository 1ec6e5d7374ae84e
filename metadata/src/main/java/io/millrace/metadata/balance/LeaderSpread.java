package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Assignment.Piece;
import io.millrace.metadata.balance.Assignment.Seat;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Evens out preferred leaders without moving data.
///
/// Broker `a` can give a leader to `b` where `b` holds a replica of a partition that `a` is the
/// preferred leader of. While a chain of such gifts leads from a broker to one that has two leaders
/// less, it is carried out. When none is left, no order of the replicas is more even.
final class LeaderSpread {

  /// A partition that `from` may give to the broker that the gift was found for.
  private record Gift(Seat from, Piece piece) {}

  private final Assignment assignment;

  LeaderSpread(Assignment assignment) {
    this.assignment = assignment;
  }

  void evenOut() {
    boolean moved = true;
    while (moved) {
      moved = false;
      for (Seat from : byLeaders().reversed()) {
        if (relieve(from)) {
          moved = true;
          break;
        }
      }
    }
  }

  private List<Seat> byLeaders() {
    return assignment.seats().stream()
        .filter(Seat::mayLead)
        .sorted(Comparator.comparingInt((Seat seat) -> seat.leaders).thenComparingInt(Seat::id))
        .toList();
  }

  /// Breadth first, so that the chain is as short as possible.
  private boolean relieve(Seat start) {
    Map<Seat, @Nullable Gift> found = new LinkedHashMap<>();
    ArrayDeque<Seat> open = new ArrayDeque<>();
    found.put(start, null);
    open.add(start);
    while (!open.isEmpty()) {
      Seat at = open.remove();
      if (start.leaders - at.leaders >= 2) {
        give(start, at, found);
        return true;
      }
      for (Piece piece : at.pieces) {
        if (piece.replicas.getFirst() != at.id()) {
          continue;
        }
        for (int id : piece.replicas) {
          @Nullable Seat taker = assignment.seat(id);
          if (taker != null && taker.mayLead() && !found.containsKey(taker)) {
            found.put(taker, new Gift(at, piece));
            open.add(taker);
          }
        }
      }
    }
    return false;
  }

  private void give(Seat start, Seat end, Map<Seat, @Nullable Gift> found) {
    String reason = "broker " + start.id() + " is to lead more partitions than broker " + end.id();
    Seat to = end;
    for (Gift gift = found.get(to); gift != null; gift = found.get(to)) {
      assignment.prefer(gift.piece(), to.id(), Plan.Goal.LEADERS, reason);
      to = gift.from();
    }
  }
}
