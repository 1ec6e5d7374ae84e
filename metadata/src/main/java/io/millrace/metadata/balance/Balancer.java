package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Assignment.Piece;
import io.millrace.metadata.balance.Assignment.Seat;
import io.millrace.metadata.balance.Layout.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Decides where replicas and leaders should lie.
///
/// The steps, each by the smallest move that helps:
/// 1. Replicas of drained and of vanished brokers go to others.
/// 2. A partition with two replicas in one rack gets one elsewhere, where a free rack has a broker.
/// 3. While two brokers differ by two replicas or more, one goes from the fullest to the emptiest:
///    of the topic that lies most unevenly between the two, the smallest.
/// 4. While brokers differ by more than a fifth in bytes, a big and a small replica are swapped.
/// 5. Preferred leaders are evened out by the order of replicas alone ([LeaderSpread]).
///
/// What no step ever does: change a replication factor, put two replicas on a broker, lower the
/// number of racks that a partition lies in, or give anything to a broker that is not open.
public final class Balancer {

  /// Bytes are left alone while the fullest and the emptiest broker differ by less than this share
  /// of the average.
  private static final double DISK_TOLERANCE = 0.2;

  private final Assignment assignment;
  private final List<TopicPartition> stuck = new ArrayList<>();

  private Balancer(Layout layout) {
    this.assignment = new Assignment(layout);
  }

  /// Plans for `layout`; see the class for what the result keeps to.
  public static Plan plan(Layout layout, Goals goals) {
    return new Balancer(layout).plan(goals);
  }

  private Plan plan(Goals goals) {
    List<Plan.Share> before = assignment.shares();
    evacuate();
    if (goals.replicas()) {
      spreadOverRacks();
      evenOutReplicas();
    }
    if (goals.disk()) {
      evenOutBytes();
    }
    if (goals.leaders()) {
      new LeaderSpread(assignment).evenOut();
    }
    List<Plan.Change> changes =
        assignment.pieces().stream()
            .filter(Piece::isChanged)
            .map(piece ->
                new Plan.Change(
                    piece.placement.partition(),
                    piece.placement.replicas(),
                    piece.replicas,
                    piece.bytes(),
                    piece.reasons))
            .toList();
    return new Plan(changes, stuck, before, assignment.shares());
  }

  private void evacuate() {
    for (Piece piece : assignment.pieces()) {
      for (int id : List.copyOf(piece.replicas)) {
        Seat seat = assignment.seat(id);
        if (seat != null && seat.broker.role() != Role.DRAINED) {
          continue;
        }
        @Nullable Seat taker = bestTaker(piece, id);
        if (taker == null) {
          stuck.add(piece.placement.partition());
          if (seat != null) {
            leadElsewhere(piece, seat);
          }
        } else {
          assignment.replace(
              piece,
              id,
              taker.id(),
              "broker " + id + (seat == null ? " is not registered" : " is drained"));
        }
      }
    }
  }

  /// What keeps a replica on a drained broker for want of another is at least led by somebody else.
  private void leadElsewhere(Piece piece, Seat drained) {
    if (piece.replicas.getFirst() != drained.id()) {
      return;
    }
    piece.replicas.stream()
        .map(assignment::seat)
        .filter(seat -> seat != null && seat.mayLead())
        .min(Comparator.comparingInt((Seat seat) -> seat.leaders).thenComparingInt(Seat::id))
        .ifPresent(
            seat -> assignment.prefer(piece, seat.id(), "broker " + drained.id() + " is drained"));
  }

  /// Who had best take the replica of `from`: most racks, then fewest of the topic, then fewest
  /// replicas, then fewest bytes.
  private @Nullable Seat bestTaker(Piece piece, int from) {
    return takers(piece)
        .min(
            Comparator.comparingInt((Seat seat) -> -assignment.racksIf(piece, from, seat.id()))
                .thenComparingInt(seat -> seat.ofTopic(piece))
                .thenComparingInt(Seat::replicas)
                .thenComparingLong(seat -> seat.bytes)
                .thenComparingInt(Seat::id))
        .orElse(null);
  }

  private java.util.stream.Stream<Seat> takers(Piece piece) {
    return assignment.seats().stream()
        .filter(seat -> seat.takesReplicas() && !seat.pieces.contains(piece));
  }

  private void spreadOverRacks() {
    for (Piece piece : assignment.pieces()) {
      boolean moved = true;
      while (moved) {
        moved = spreadOnce(piece);
      }
    }
  }

  /// The last replicas go first: moving a follower costs no leadership.
  private boolean spreadOnce(Piece piece) {
    int racks = assignment.racks(piece);
    if (racks == piece.replicas.size()) {
      return false;
    }
    for (int i = piece.replicas.size() - 1; i >= 0; i--) {
      int from = piece.replicas.get(i);
      @Nullable Seat taker = bestTaker(piece, from);
      if (taker != null && assignment.racksIf(piece, from, taker.id()) > racks) {
        assignment.replace(piece, from, taker.id(), "two replicas lie in one rack");
        return true;
      }
    }
    return false;
  }

  private void evenOutReplicas() {
    while (evenOutOnce()) {
      // Each move makes the sum of squares smaller, so this ends.
    }
  }

  /// Moves one replica, from as full a broker as possible to as empty a one as possible.
  private boolean evenOutOnce() {
    List<Seat> byCount =
        assignment.seats().stream()
            .sorted(Comparator.comparingInt(Seat::replicas).thenComparingInt(Seat::id))
            .toList();
    for (Seat from : byCount.reversed()) {
      for (Seat to : byCount) {
        if (from.replicas() - to.replicas() < 2) {
          break;
        }
        if (!to.takesReplicas() || from.broker.role() == Role.DOWN) {
          continue;
        }
        @Nullable Piece piece = bestToMove(from, to);
        if (piece != null) {
          assignment.replace(
              piece,
              from.id(),
              to.id(),
              "broker " + from.id() + " holds more replicas than broker " + to.id());
          return true;
        }
      }
    }
    return false;
  }

  private @Nullable Piece bestToMove(Seat from, Seat to) {
    return from.pieces.stream()
        .filter(piece -> fits(piece, from, to))
        .min(
            Comparator.comparingInt((Piece piece) -> to.ofTopic(piece) - from.ofTopic(piece))
                .thenComparingLong(Piece::bytes))
        .orElse(null);
  }

  private boolean fits(Piece piece, Seat from, Seat to) {
    return !to.pieces.contains(piece)
        && assignment.racksIf(piece, from.id(), to.id()) >= assignment.racks(piece);
  }

  private void evenOutBytes() {
    List<Seat> open = assignment.seats().stream().filter(Seat::takesReplicas).toList();
    if (open.size() < 2) {
      return;
    }
    double average = open.stream().mapToLong(seat -> seat.bytes).average().orElse(0);
    Set<Seat> beyondHelp = new LinkedHashSet<>();
    while (beyondHelp.size() < open.size()) {
      Seat fullest =
          open.stream()
              .filter(seat -> !beyondHelp.contains(seat))
              .max(Comparator.comparingLong(seat -> seat.bytes))
              .orElseThrow();
      if (relieve(fullest, open, average)) {
        // Who could not be relieved before may be now. Each swap is an improvement, so this ends.
        beyondHelp.clear();
      } else {
        beyondHelp.add(fullest);
      }
    }
  }

  /// Swaps one pair of replicas so that `fullest` holds less; tries the emptiest first.
  private boolean relieve(Seat fullest, List<Seat> open, double average) {
    List<Seat> emptiestFirst =
        open.stream().sorted(Comparator.comparingLong((Seat seat) -> seat.bytes)).toList();
    for (Seat other : emptiestFirst) {
      long gap = fullest.bytes - other.bytes;
      if (gap <= DISK_TOLERANCE * average) {
        return false;
      }
      if (Swap.best(assignment, fullest, other) instanceof Swap swap
          && swap.isWorth(gap, average)) {
        swap.apply(assignment);
        return true;
      }
    }
    return false;
  }
}
