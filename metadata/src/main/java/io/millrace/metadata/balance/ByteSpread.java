package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Assignment.Piece;
import io.millrace.metadata.balance.Assignment.Seat;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Evens out bytes: while two open brokers differ by more than a fifth of the average, a big and a
/// small replica are swapped, so that counts stay.
final class ByteSpread {

  /// Less is not worth copying anything.
  private static final long LEAST_BYTES = 64 << 20;

  private final Assignment assignment;

  ByteSpread(Assignment assignment) {
    this.assignment = assignment;
  }

  /// @return whether anything was swapped
  boolean evenOut() {
    List<Seat> open = assignment.seats().stream().filter(Seat::takesReplicas).toList();
    double average = open.stream().mapToLong(seat -> seat.bytes).average().orElse(0);
    Set<Seat> beyondHelp = new LinkedHashSet<>();
    boolean swapped = false;
    while (beyondHelp.size() < open.size()) {
      Seat fullest =
          open.stream()
              .filter(seat -> !beyondHelp.contains(seat))
              .max(Comparator.comparingLong(seat -> seat.bytes))
              .orElseThrow();
      if (relieve(fullest, open, average)) {
        // Who could not be relieved before may be now. Each swap is an improvement, so this ends.
        beyondHelp.clear();
        swapped = true;
      } else {
        beyondHelp.add(fullest);
      }
    }
    return swapped;
  }

  /// Swaps one pair of replicas so that `fullest` holds less; tries the emptiest first.
  private boolean relieve(Seat fullest, List<Seat> open, double average) {
    List<Seat> emptiestFirst =
        open.stream().sorted(Comparator.comparingLong((Seat seat) -> seat.bytes)).toList();
    for (Seat other : emptiestFirst) {
      long gap = fullest.bytes - other.bytes;
      if (!Trade.isGap(gap, average, LEAST_BYTES)) {
        return false;
      }
      @Nullable Trade trade =
          Trade.nearest(movable(fullest, other), movable(other, fullest), false, Piece::bytes, gap);
      if (trade != null
          && trade.light() instanceof Piece small
          && trade.isWorth(gap, average, LEAST_BYTES)) {
        String reason = "broker " + fullest.id() + " holds more bytes than broker " + other.id();
        assignment.replace(trade.heavy(), fullest.id(), other.id(), Plan.Goal.BYTES, reason);
        assignment.replace(small, other.id(), fullest.id(), Plan.Goal.BYTES, reason);
        return true;
      }
    }
    return false;
  }

  private List<Piece> movable(Seat from, Seat to) {
    return from.pieces.stream().filter(piece -> assignment.fits(piece, from, to)).toList();
  }
}
