package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Assignment.Piece;
import io.millrace.metadata.balance.Assignment.Seat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Evens out what is written to the brokers as preferred leaders, without moving data: a busy
/// partition that one broker leads and another follows is traded for a quiet one, or for nothing
/// where the one leads more partitions than the other. The number of leaders of each broker stays
/// as even as it is.
final class TrafficSpread implements Leveling.Load {

  /// Less than this a second is no burden to anybody, and a change of leader is one to clients.
  private static final long LEAST_BYTES_PER_SECOND = 1_000_000;

  private final Assignment assignment;

  TrafficSpread(Assignment assignment) {
    this.assignment = assignment;
  }

  void evenOut() {
    List<Seat> seats = assignment.seats().stream().filter(Seat::mayLead).toList();
    new Leveling(seats, this, LEAST_BYTES_PER_SECOND).run();
  }

  @Override
  public long of(Seat seat) {
    return seat.leaderTraffic;
  }

  @Override
  public @Nullable Trade offer(Seat busiest, Seat other, long gap) {
    return Trade.nearest(
        ledAndHeld(busiest, other),
        ledAndHeld(other, busiest),
        busiest.leaders > other.leaders,
        Piece::traffic,
        gap);
  }

  @Override
  public void carryOut(Trade trade, Seat busiest, Seat other) {
    String reason =
        "broker "
            + busiest.id()
            + " is to lead "
            + ByteCount.text(busiest.leaderTraffic)
            + "/s, broker "
            + other.id()
            + " "
            + ByteCount.text(other.leaderTraffic)
            + "/s";
    assignment.prefer(trade.heavy(), other.id(), Plan.Goal.TRAFFIC, reason);
    if (trade.light() instanceof Piece light) {
      assignment.prefer(light, busiest.id(), Plan.Goal.TRAFFIC, reason);
    }
  }

  /// What `leader` is to lead and `holder` has a replica of.
  private static List<Piece> ledAndHeld(Seat leader, Seat holder) {
    return leader.pieces.stream()
        .filter(piece ->
            piece.replicas.getFirst() == leader.id() && piece.replicas.contains(holder.id()))
        .toList();
  }
}
