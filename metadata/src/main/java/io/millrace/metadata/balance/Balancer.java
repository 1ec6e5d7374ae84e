package io.millrace.metadata.balance;

import io.millrace.metadata.balance.Assignment.Piece;
import io.millrace.metadata.balance.Assignment.Seat;
import io.millrace.metadata.balance.Layout.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Decides where replicas and leaders should lie.
///
/// The steps, each by the smallest move that helps:
/// 1. Replicas of drained and of vanished brokers go to others.
/// 2. A partition with two replicas in one rack gets one elsewhere, where a free rack has a broker.
/// 3. A broker whose disk is fuller than the high-water mark is emptied ([DiskRelief]).
/// 4. While two brokers differ by two replicas or more, one goes from the fullest to the emptiest:
///    of the topic that lies most unevenly between the two, the smallest.
/// 5. While brokers differ by more than a fifth in bytes, a big and a small replica are swapped
///    ([ByteSpread]).
/// 6. Preferred leaders are evened out by the order of replicas alone ([LeaderSpread]), and then
///    what is written to them ([TrafficSpread]).
///
/// What no step ever does: change a replication factor, put two replicas on a broker, lower the
/// number of racks that a partition lies in, fill a disk to the high-water mark, or give anything
/// to a broker that is not open.
public final class Balancer {

  /// A later step can make room for an earlier one, hardly ever twice.
  private static final int MOST_PASSES = 8;

  private final Assignment assignment;
  private final Goals goals;
  private final List<TopicPartition> stuck = new ArrayList<>();
  private final Set<String> notes = new LinkedHashSet<>();

  private Balancer(Layout layout, Goals goals) {
    this.goals = goals;
    this.assignment = new Assignment(layout, goals.fullPercent());
  }

  /// Plans for `layout`; see the class for what the result keeps to.
  public static Plan plan(Layout layout, Goals goals) {
    return new Balancer(layout, goals).plan();
  }

  private Plan plan() {
    List<Plan.Share> before = assignment.shares();
    for (int pass = 0; pass < MOST_PASSES && moveReplicas(); pass++) {
      // Until nothing moves any more.
    }
    assignment.seats().stream()
        .filter(seat -> seat.takesReplicas() && !assignment.hasRoom(seat))
        .forEach(seat ->
            notes.add(
                "broker "
                    + seat.id()
                    + "'s disk would be "
                    + seat.percent()
                    + " % full: it gets no more replicas"));
    if (goals.leaders()) {
      new LeaderSpread(assignment).evenOut();
      new TrafficSpread(assignment).evenOut();
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
                    piece.goal,
                    piece.reasons))
            .sorted(Comparator.comparing(Plan.Change::goal))
            .toList();
    return new Plan(changes, stuck, List.copyOf(notes), before, assignment.shares());
  }

  /// @return whether anything was moved
  private boolean moveReplicas() {
    stuck.clear();
    notes.clear();
    boolean moved = evacuate();
    moved |= goals.replicas() && spreadOverRacks();
    moved |= goals.disk() && new DiskRelief(assignment).relieve(notes);
    moved |= goals.replicas() && evenOutReplicas();
    moved |= goals.disk() && new ByteSpread(assignment).evenOut();
    return moved;
  }

  private boolean evacuate() {
    boolean moved = false;
    for (Piece piece : assignment.pieces()) {
      for (int id : List.copyOf(piece.replicas)) {
        Seat seat = assignment.seat(id);
        if (seat != null && seat.broker.role() != Role.DRAINED) {
          continue;
        }
        @Nullable Seat taker =
            bestTaker(piece, id, other -> assignment.hasRoom(other, piece)) instanceof Seat roomy
                ? roomy
                : bestTaker(piece, id, other -> assignment.hasLastRoom(other, piece));
        if (taker == null) {
          stuck.add(piece.placement.partition());
          if (seat != null) {
            leadElsewhere(piece, seat);
          }
        } else {
          moved = true;
          assignment.replace(
              piece,
              id,
              taker.id(),
              Plan.Goal.EVACUATION,
              "broker " + id + (seat == null ? " is not registered" : " is drained"));
        }
      }
    }
    return moved;
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
        .ifPresent(seat ->
            assignment.prefer(
                piece, seat.id(), Plan.Goal.EVACUATION, "broker " + drained.id() + " is drained"));
  }

  /// Who had best take the replica of `from`: most racks, then fewest of the topic, then fewest
  /// replicas, then fewest bytes.
  private @Nullable Seat bestTaker(Piece piece, int from, Predicate<Seat> hasRoom) {
    return takers(piece)
        .filter(hasRoom)
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

  private boolean spreadOverRacks() {
    boolean moved = false;
    for (Piece piece : assignment.pieces()) {
      while (spreadOnce(piece)) {
        moved = true;
      }
    }
    return moved;
  }

  /// The last replicas go first: moving a follower costs no leadership.
  private boolean spreadOnce(Piece piece) {
    int racks = assignment.racks(piece);
    if (racks == piece.replicas.size()) {
      return false;
    }
    for (int i = piece.replicas.size() - 1; i >= 0; i--) {
      int from = piece.replicas.get(i);
      @Nullable Seat taker = bestTaker(piece, from, seat -> assignment.hasRoom(seat, piece));
      if (taker != null && assignment.racksIf(piece, from, taker.id()) > racks) {
        assignment.replace(
            piece, from, taker.id(), Plan.Goal.RACKS, "two replicas lie in one rack");
        return true;
      }
    }
    return false;
  }

  private boolean evenOutReplicas() {
    boolean moved = false;
    while (evenOutOnce()) {
      // Each move makes the sum of squares smaller, so this ends.
      moved = true;
    }
    return moved;
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
              Plan.Goal.COUNTS,
              "broker " + from.id() + " holds more replicas than broker " + to.id());
          return true;
        }
      }
    }
    return false;
  }

  private @Nullable Piece bestToMove(Seat from, Seat to) {
    return from.pieces.stream()
        .filter(piece -> assignment.fits(piece, from, to))
        .min(
            Comparator.comparingInt((Piece piece) -> to.ofTopic(piece) - from.ofTopic(piece))
                .thenComparingLong(Piece::bytes))
        .orElse(null);
  }
}
