package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Assignment.Seat;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Evens something out over brokers, by trades between two of them: the heaviest gives to the
/// lightest that it finds a worthwhile trade with, until nobody finds one.
final class Leveling {

  /// What is evened out.
  interface Load {

    long of(Seat seat);

    /// The best that `heaviest` could trade with `other`, null for nothing.
    @Nullable Trade offer(Seat heaviest, Seat other, long gap);

    void carryOut(Trade trade, Seat heaviest, Seat other);
  }

  private final List<Seat> seats;
  private final Load load;
  private final long least;
  private final double average;

  /// @param least what is not worth a trade at all
  Leveling(List<Seat> seats, Load load, long least) {
    this.seats = seats;
    this.load = load;
    this.least = least;
    this.average = seats.stream().mapToLong(load::of).average().orElse(0);
  }

  /// @return whether anything was traded
  boolean run() {
    Set<Seat> beyondHelp = new LinkedHashSet<>();
    boolean traded = false;
    while (beyondHelp.size() < seats.size()) {
      Seat heaviest =
          seats.stream()
              .filter(seat -> !beyondHelp.contains(seat))
              .max(Comparator.comparingLong(load::of))
              .orElseThrow();
      if (relieve(heaviest)) {
        // Who could not be relieved before may be now. Each trade is an improvement, so this ends.
        beyondHelp.clear();
        traded = true;
      } else {
        beyondHelp.add(heaviest);
      }
    }
    return traded;
  }

  private boolean relieve(Seat heaviest) {
    List<Seat> lightestFirst = seats.stream().sorted(Comparator.comparingLong(load::of)).toList();
    for (Seat other : lightestFirst) {
      long gap = load.of(heaviest) - load.of(other);
      if (!Trade.isGap(gap, average, least)) {
        return false;
      }
      Trade trade = load.offer(heaviest, other, gap);
      if (trade != null && trade.isWorth(gap, average, least)) {
        load.carryOut(trade, heaviest, other);
        return true;
      }
    }
    return false;
  }
}
