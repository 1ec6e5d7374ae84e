package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Assignment.Piece;
import io.millrace.metadata.balance.Assignment.Seat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// Empties brokers whose disks are fuller than the high-water mark, the fullest first, until they
/// are [Assignment#MARGIN_PERCENT] below it. Nobody takes more than up to there: so what was moved
/// is not moved back, and no disk is filled by relieving another.
final class DiskRelief {

  /// A replica that could move.
  private record Move(Piece piece, Seat to) {}

  private final Assignment assignment;

  DiskRelief(Assignment assignment) {
    this.assignment = assignment;
  }

  /// @param notes told what could not be relieved
  /// @return whether anything was moved
  boolean relieve(Set<String> notes) {
    List<Seat> full = new ArrayList<>();
    for (Seat seat : assignment.seats()) {
      if (assignment.isFull(seat)) {
        full.add(seat);
      }
    }
    full.sort(Comparator.comparingInt((Seat seat) -> -seat.percent()).thenComparingInt(Seat::id));
    boolean moved = false;
    for (Seat seat : full) {
      String how = "broker " + seat.id() + "'s disk is " + seat.percent() + " % full";
      long excess = assignment.excess(seat);
      while (excess > 0 && moveOne(seat, excess, how)) {
        moved = true;
        excess = assignment.excess(seat);
      }
      if (excess > 0) {
        notes.add(
            how
                + ", and no other broker has room for "
                + ByteCount.text(excess)
                + " of its replicas");
      }
    }
    return moved;
  }

  /// The smallest replica that is enough, else the largest there is; to where most is free.
  private boolean moveOne(Seat full, long excess, String how) {
    Comparator<Move> best =
        Comparator.comparing((Move move) -> move.piece.bytes() < excess)
            .thenComparingLong(
                move -> move.piece.bytes() < excess ? -move.piece.bytes() : move.piece.bytes())
            .thenComparingInt(move -> -assignment.racksIf(move.piece, full.id(), move.to.id()))
            .thenComparingInt(move -> move.to.percent())
            .thenComparingLong(move -> move.to.bytes);
    List<Move> moves = new ArrayList<>();
    for (Piece piece : full.pieces) {
      for (Seat to : assignment.seats()) {
        if (piece.bytes() > 0 && to.takesReplicas() && assignment.fits(piece, full, to)) {
          moves.add(new Move(piece, to));
        }
      }
    }
    return moves.stream()
        .min(best)
        .map(move -> {
          assignment.replace(
              move.piece, full.id(), move.to.id(), Plan.Goal.FULL_DISK, how + "; " + room(move.to));
          return true;
        })
        .orElse(false);
  }

  private static String room(Seat seat) {
    return "broker "
        + seat.id()
        + (seat.broker.disk().isKnown()
            ? " has " + ByteCount.text(seat.freeBytes()) + " free"
            : " can take it");
  }
}
