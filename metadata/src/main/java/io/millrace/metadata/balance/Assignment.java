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

  /// One broker with what it holds in this moment of the plan.
  static final class Seat {
    final Broker broker;
    final Set<Piece> pieces = new LinkedHashSet<>();
    final Map<String, Integer> topics = new HashMap<>();
    long bytes;
    int leaders;

    Seat(Broker broker) {
      this.broker = broker;
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

    Piece(Placement placement) {
      this.placement = placement;
      this.replicas = new ArrayList<>(placement.replicas());
    }

    long bytes() {
      return placement.bytes();
    }

    boolean isChanged() {
      return !replicas.equals(placement.replicas());
    }
  }

  private final TreeMap<Integer, Seat> seats = new TreeMap<>();
  private final List<Piece> pieces = new ArrayList<>();

  Assignment(Layout layout) {
    layout.brokers().forEach(broker -> seats.put(broker.id(), new Seat(broker)));
    for (Placement placement : layout.partitions()) {
      Piece piece = new Piece(placement);
      pieces.add(piece);
      for (int id : piece.replicas) {
        hold(id, piece);
      }
      countLeader(piece, 1);
    }
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
  void replace(Piece piece, int from, int to, String reason) {
    countLeader(piece, -1);
    piece.replicas.set(piece.replicas.indexOf(from), to);
    countLeader(piece, 1);
    letGo(from, piece);
    hold(to, piece);
    because(piece, reason);
  }

  /// Makes `leader`, one of the piece's replicas, the preferred one.
  void prefer(Piece piece, int leader, String reason) {
    countLeader(piece, -1);
    int at = piece.replicas.indexOf(leader);
    piece.replicas.set(at, piece.replicas.getFirst());
    piece.replicas.set(0, leader);
    countLeader(piece, 1);
    because(piece, reason);
  }

  private static void because(Piece piece, String reason) {
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
    }
  }

  List<Plan.Share> shares() {
    Map<Integer, Plan.Share> shares = new LinkedHashMap<>();
    seats.forEach((id, seat) ->
        shares.put(id, new Plan.Share(id, seat.replicas(), seat.leaders, seat.bytes)));
    return List.copyOf(shares.values());
  }
}
