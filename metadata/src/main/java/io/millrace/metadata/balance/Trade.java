package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Assignment.Piece;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A heavy piece of one broker for a light one of another, or for nothing.
///
/// @param light null for nothing
/// @param difference by how much the giver becomes lighter and the taker heavier
record Trade(Piece heavy, @Nullable Piece light, long difference) {

  /// Two brokers are left alone while they differ by less than this share of the average.
  private static final double TOLERANCE = 0.2;

  /// A trade must bring both nearer to each other by this share of the average, or it costs more
  /// than it gives.
  private static final double WORTHWHILE = 0.05;

  /// Whether two brokers differ by so much that it may be worth a trade.
  ///
  /// @param least what is not worth a trade at all
  static boolean isGap(long gap, double average, long least) {
    return gap > TOLERANCE * average && gap > least;
  }

  /// @param gap between the two brokers now
  /// @param average of all
  /// @param least what is not worth a trade at all
  boolean isWorth(long gap, double average, long least) {
    double enough = Math.max(WORTHWHILE * average, least / 4.0);
    return difference >= enough && gap - difference >= enough;
  }

  /// The pair whose difference is nearest to half the gap, so that both end up equal; null where
  /// there is none.
  ///
  /// @param given whether a heavy piece may go for nothing
  static @Nullable Trade nearest(
      List<Piece> heavy, List<Piece> light, boolean given, ToLongFunction<Piece> weight, long gap) {
    List<Piece> sorted = light.stream().sorted(Comparator.comparingLong(weight)).toList();
    long half = gap / 2;
    @Nullable Trade best = null;
    for (Piece piece : heavy) {
      long weighs = weight.applyAsLong(piece);
      if (given) {
        best = nearer(best, new Trade(piece, null, weighs), half);
      }
      int at = lowerBound(sorted, weight, weighs - half);
      for (int i = Math.max(0, at - 1); i < Math.min(sorted.size(), at + 1); i++) {
        Piece other = sorted.get(i);
        best = nearer(best, new Trade(piece, other, weighs - weight.applyAsLong(other)), half);
      }
    }
    return best;
  }

  private static Trade nearer(@Nullable Trade best, Trade next, long half) {
    return best == null || Math.abs(next.difference - half) < Math.abs(best.difference - half)
        ? next
        : best;
  }

  /// The first place whose piece weighs `least` or more.
  private static int lowerBound(List<Piece> sorted, ToLongFunction<Piece> weight, long least) {
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (weight.applyAsLong(sorted.get(middle)) < least) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
