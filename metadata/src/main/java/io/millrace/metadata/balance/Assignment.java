package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Layout.Broker;
import io.millrace.metadata.balance.Layout.Placement;
import io.millrace.metadata.balance.Layout.Role;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The layout while it is being planned: who holds what, kept in step with every move.
final class Assignment {

  /// How far below the high-water mark an emptied disk ends, and a filled one.
  static final int MARGIN_PERCENT = 5;

  /// One broker with what it holds in this moment of the plan.
  static final class Seat {
    final Broker broker;
    final Set<Piece> pieces = new LinkedHashSet<>();
    final Map<String, Integer> topics = new HashMap<>();
    long bytes;
    int leaders;
    long leaderTraffic;
    private long bytesAtFirst;

    Seat(Broker broker) {
      this.broker = broker;
    }

    /// What the plan adds to the disk, or takes from it.
    private long planned() {
      return bytes - bytesAtFirst;
    }

    /// How full its disks would be; −1 where nobody knows.
    int percent() {
      return broker.disk().percentWith(planned());
    }

    long freeBytes() {
      return broker.disk().usableBytes() - planned();
    }

    int id() {
      return broker.id();
    }

    int replicas() {
      return pieces.size();
    }

    int ofTopic(Piece piece) {
      return topics.getOrDefault(piece.placement.partition().topic(), 0);
    }

    boolean takesReplicas() {
      return broker.role() == Role.OPEN;
    }

    boolean mayLead() {
      return broker.role() == Role.OPEN || broker.role() == Role.CORDONED;
    }
  }

  /// One partition with the replicas that it would have.
  static final class Piece {
    final Placement placement;
    final List<Integer> replicas;
    final List<String> reasons = new ArrayList<>();
    Plan.Goal goal = Plan.Goal.ASKED;

    Piece(Placement placement) {
      this.placement = placement;
      this.replicas = new ArrayList<>(placement.replicas());
    }

    long bytes() {
      return placement.bytes();
    }

    long traffic() {
      return placement.bytesPerSecond();
    }

    boolean isChanged() {
      return !replicas.equals(placement.replicas());
    }
  }

  private final TreeMap<Integer, Seat> seats = new TreeMap<>();
  private final List<Piece> pieces = new ArrayList<>();
  private final int fullPercent;

  /// @param fullPercent the high-water mark of disks
  Assignment(Layout layout, int fullPercent) {
    this.fullPercent = fullPercent;
    layout.brokers().forEach(broker -> seats.put(broker.id(), new Seat(broker)));
    for (Placement placement : layout.partitions()) {
      Piece piece = new Piece(placement);
      pieces.add(piece);
      for (int id : piece.replicas) {
        hold(id, piece);
      }
      countLeader(piece, 1);
    }
    seats.values().forEach(seat -> seat.bytesAtFirst = seat.bytes);
  }

  /// Whether the disk is above the high-water mark.
  boolean isFull(Seat seat) {
    return !seat.broker.disk().staysWithin(fullPercent, seat.planned());
  }

  private int lowPercent() {
    return fullPercent == 100 ? 100 : Math.max(0, fullPercent - MARGIN_PERCENT);
  }

  /// What is to leave a full disk.
  long excess(Seat seat) {
    Volume disk = seat.broker.disk();
    return disk.isKnown()
        ? disk.usedBytes() + seat.planned() - (long) (disk.totalBytes() / 100.0 * lowPercent())
        : 0;
  }

  /// Whether the broker may take anything at all.
  boolean hasRoom(Seat seat) {
    return seat.broker.disk().staysWithin(lowPercent(), seat.planned());
  }

  /// Whether the disk stays below the high-water mark, by the margin, when it takes the piece.
  boolean hasRoom(Seat seat, Piece piece) {
    return seat.broker.disk().staysWithin(lowPercent(), seat.planned() + piece.bytes());
  }

  /// The same up to the mark itself, for what cannot stay where it is.
  boolean hasLastRoom(Seat seat, Piece piece) {
    return seat.broker.disk().staysWithin(fullPercent, seat.planned() + piece.bytes());
  }

  /// Whether `to` may take the replica of `from`: it has none, has room, and stands in no worse
  /// rack.
  boolean fits(Piece piece, Seat from, Seat to) {
    return !to.pieces.contains(piece)
        && hasRoom(to, piece)
        && racksIf(piece, from.id(), to.id()) >= racks(piece);
  }

  /// By broker id.
  Collection<Seat> seats() {
    return seats.values();
  }

  /// Null for a broker that is not registered.
  @org.jspecify.annotations.Nullable
  Seat seat(int id) {
    return seats.get(id);
  }

  List<Piece> pieces() {
    return pieces;
  }

  /// In how many racks the piece would lie if `to` took the replica of `from`.
  int racksIf(Piece piece, int from, int to) {
    Set<String> racks = new LinkedHashSet<>();
    for (int id : piece.replicas) {
      racks.add(rack(id == from ? to : id));
    }
    return racks.size();
  }

  int racks(Piece piece) {
    return racksIf(piece, -1, -1);
  }

  private String rack(int id) {
    Seat seat = seats.get(id);
    return seat == null || seat.broker.rack().isEmpty() ? "#" + id : seat.broker.rack();
  }

  /// Gives the place of `from` in the piece's list of replicas to `to`.
  void replace(Piece piece, int from, int to, Plan.Goal goal, String reason) {
    countLeader(piece, -1);
    piece.replicas.set(piece.replicas.indexOf(from), to);
    countLeader(piece, 1);
    letGo(from, piece);
    hold(to, piece);
    because(piece, goal, reason);
  }

  /// Makes `leader`, one of the piece's replicas, the preferred one.
  void prefer(Piece piece, int leader, Plan.Goal goal, String reason) {
    countLeader(piece, -1);
    int at = piece.replicas.indexOf(leader);
    piece.replicas.set(at, piece.replicas.getFirst());
    piece.replicas.set(0, leader);
    countLeader(piece, 1);
    because(piece, goal, reason);
  }

  private static void because(Piece piece, Plan.Goal goal, String reason) {
    if (goal.compareTo(piece.goal) < 0) {
      piece.goal = goal;
    }
    if (!piece.reasons.contains(reason)) {
      piece.reasons.add(reason);
    }
  }

  private void hold(int id, Piece piece) {
    Seat seat = seats.get(id);
    if (seat != null) {
      seat.pieces.add(piece);
      seat.bytes += piece.bytes();
      seat.topics.merge(piece.placement.partition().topic(), 1, Integer::sum);
    }
  }

  private void letGo(int id, Piece piece) {
    Seat seat = seats.get(id);
    if (seat != null) {
      seat.pieces.remove(piece);
      seat.bytes -= piece.bytes();
      seat.topics.merge(piece.placement.partition().topic(), -1, Integer::sum);
    }
  }

  private void countLeader(Piece piece, int by) {
    Seat seat = piece.replicas.isEmpty() ? null : seats.get(piece.replicas.getFirst());
    if (seat != null) {
      seat.leaders += by;
      seat.leaderTraffic += by * piece.traffic();
    }
  }

  List<Plan.Share> shares() {
    Map<Integer, Plan.Share> shares = new LinkedHashMap<>();
    seats.forEach((id, seat) ->
        shares.put(
            id,
            new Plan.Share(
                id,
                seat.replicas(),
                seat.leaders,
                seat.bytes,
                seat.leaderTraffic,
                seat.percent())));
    return List.copyOf(shares.values());
  }
}
