package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Assignment.Piece;
import io.millrace.metadata.balance.Assignment.Seat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A big replica of one broker for a small one of another: bytes move, counts stay.
///
/// @param big lies on `full`, not on `other`
/// @param small the other way round
record Swap(Seat full, Seat other, Piece big, Piece small) {

  /// A swap must bring both nearer to each other by this share of the average, or copying the data
  /// costs more than it gives.
  private static final double WORTHWHILE = 0.05;

  long difference() {
    return big.bytes() - small.bytes();
  }

  /// @param gap bytes between the two now
  /// @param average bytes of a broker
  boolean isWorth(long gap, double average) {
    double least = WORTHWHILE * average;
    return difference() >= least && gap - difference() >= least;
  }

  void apply(Assignment assignment) {
    String reason = "broker " + full.id() + " holds more bytes than broker " + other.id();
    assignment.replace(big, full.id(), other.id(), reason);
    assignment.replace(small, other.id(), full.id(), reason);
  }

  /// The pair whose difference is nearest to half the gap, so that both end up equal; null without
  /// one that may be swapped.
  static @Nullable Swap best(Assignment assignment, Seat full, Seat other) {
    List<Piece> small = candidates(assignment, other, full);
    long half = (full.bytes - other.bytes) / 2;
    @Nullable Swap best = null;
    for (Piece big : candidates(assignment, full, other)) {
      int at = lowerBound(small, big.bytes() - half);
      for (int i = Math.max(0, at - 1); i < Math.min(small.size(), at + 1); i++) {
        Swap swap = new Swap(full, other, big, small.get(i));
        if (best == null
            || Math.abs(swap.difference() - half) < Math.abs(best.difference() - half)) {
          best = swap;
        }
      }
    }
    return best;
  }

  private static List<Piece> candidates(Assignment assignment, Seat from, Seat to) {
    List<Piece> pieces = new ArrayList<>();
    for (Piece piece : from.pieces) {
      if (!to.pieces.contains(piece)
          && assignment.racksIf(piece, from.id(), to.id()) >= assignment.racks(piece)) {
        pieces.add(piece);
      }
    }
    pieces.sort(Comparator.comparingLong(Piece::bytes));
    return pieces;
  }

  /// The first place whose piece has `bytes` or more.
  private static int lowerBound(List<Piece> sorted, long bytes) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted.get(middle).bytes() < bytes) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
