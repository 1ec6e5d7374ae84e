package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Assignment.Piece;
import io.millrace.metadata.balance.Assignment.Seat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Evens out bytes: while two open brokers differ by more than a fifth of the average, a big and a
/// small replica are swapped, so that counts stay.
final class ByteSpread implements Leveling.Load {

  /// Less is not worth copying anything.
  private static final long LEAST_BYTES = 64 << 20;

  private final Assignment assignment;

  ByteSpread(Assignment assignment) {
    this.assignment = assignment;
  }

  /// @return whether anything was swapped
  boolean evenOut() {
    List<Seat> open = assignment.seats().stream().filter(Seat::takesReplicas).toList();
    return new Leveling(open, this, LEAST_BYTES).run();
  }

  @Override
  public long of(Seat seat) {
    return seat.bytes;
  }

  @Override
  public @Nullable Trade offer(Seat fullest, Seat other, long gap) {
    return Trade.nearest(
        movable(fullest, other), movable(other, fullest), false, Piece::bytes, gap);
  }

  @Override
  public void carryOut(Trade trade, Seat fullest, Seat other) {
    String reason = "broker " + fullest.id() + " holds more bytes than broker " + other.id();
    assignment.replace(trade.heavy(), fullest.id(), other.id(), Plan.Goal.BYTES, reason);
    if (trade.light() instanceof Piece small) {
      assignment.replace(small, other.id(), fullest.id(), Plan.Goal.BYTES, reason);
    }
  }

  private List<Piece> movable(Seat from, Seat to) {
    return from.pieces.stream().filter(piece -> assignment.fits(piece, from, to)).toList();
  }
}
