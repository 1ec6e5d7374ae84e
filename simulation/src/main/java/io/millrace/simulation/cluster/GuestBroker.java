package io.millrace.simulation.cluster;

import io.millrace.runtime.World;
import io.millrace.simulation.audit.Timeline;
import io.millrace.simulation.client.BrokerOperator;
import io.millrace.simulation.scenario.Fault;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;
import org.jspecify.annotations.Nullable;

/// A broker that joins a running cluster and, mostly, leaves it for good, as an operator has it:
///
/// ```
/// JOINING   --registered and unfenced-->        MOVING_IN
/// MOVING_IN --it holds replicas-->              HERE        it may be killed or frozen meanwhile
/// HERE      --its time is over-->               CORDONED    or it stays for good
/// CORDONED  --the image shows the cordon-->     MOVING_OUT
/// MOVING_OUT--it holds nothing-->               RETIRED     stopped cleanly, never started again
/// RETIRED   --stopped, and unregistered-->      GONE
/// ```
///
/// Each step is judged by the newest image of the nodes, and asked for until that shows it: so the
/// faults of others delay it and do not break it. After a blackout the newest may be one of long
/// ago, when nobody had given it a replica: nothing is done until one is as new as the last.
final class GuestBroker {

  private static final long LOOK_NANOS = 250_000_000L;
  private static final int MOVED_IN = 3;

  private enum State {
    JOINING,
    MOVING_IN,
    HERE,
    CORDONED,
    MOVING_OUT,
    RETIRED,
    GONE
  }

  private record Move(TopicPartition partition, List<Integer> to) {}

  private final SimulatedCluster cluster;
  private final SimulatedNode node;
  private final List<Integer> hosts;
  private final BrokerOperator operator;
  private final Agenda agenda;
  private final Timeline timeline;
  private final long staysNanos;
  private final int choice;
  private final BooleanSupplier healing;
  private State state = State.JOINING;
  private long judgedOffset;

  /// @param fault says how long it stays, and what else happens to it
  /// @param healing whether nothing may happen to it any more
  GuestBroker(
      SimulatedCluster cluster,
      World clients,
      Fault fault,
      Agenda agenda,
      Timeline timeline,
      BooleanSupplier healing) {
    this.healing = healing;
    this.cluster = cluster;
    this.agenda = agenda;
    this.timeline = timeline;
    this.hosts = cluster.nodes().stream().map(SimulatedNode::id).toList();
    List<String> bootstrap = cluster.bootstrap();
    this.node = cluster.addBroker();
    this.operator = new BrokerOperator(clients, bootstrap, node.id(), cluster.address(node));
    this.staysNanos = fault.lastsNanos();
    this.choice = fault.detail();
  }

  void join() {
    node.start();
    agenda.after(LOOK_NANOS, this::look);
  }

  /// Whether it has left, and nothing of it is left.
  boolean isGone() {
    return state == State.GONE;
  }

  /// Whether it has left, or stays for good.
  boolean isSettled() {
    return isGone() || (state == State.HERE && stays());
  }

  private boolean stays() {
    return choice % 4 == 0;
  }

  private void to(State next) {
    timeline.tell(node.name(), state + " -> " + next);
    state = next;
  }

  private void look() {
    MetadataImage image = cluster.image();
    if (image != null && image.offset() >= judgedOffset && !operator.isBusy()) {
      judgedOffset = image.offset();
      step(image, image.cluster().broker(node.id()));
    }
    if (!isSettled()) {
      agenda.after(LOOK_NANOS, this::look);
    }
  }

  private void step(MetadataImage image, @Nullable BrokerRegistration registration) {
    switch (state) {
      case JOINING -> {
        if (registration != null && !registration.fenced() && node.isReady()) {
          to(State.MOVING_IN);
        }
      }
      case MOVING_IN -> moveIn(image);
      case HERE -> {}
      case CORDONED -> {
        if (registration == null || registration.hasUncordonedDirs()) {
          operator.cordon();
        } else {
          to(State.MOVING_OUT);
        }
      }
      case MOVING_OUT -> moveOut(image);
      case RETIRED -> {
        // A request to move something in may come late, from a network that held it up.
        if (node.isUp() || !isEmptied(image)) {
          // It has not stopped yet, or has something again.
        } else if (registration != null) {
          operator.unregister();
        } else {
          to(State.GONE);
        }
      }
      case GONE -> {}
    }
  }

  private void moveIn(MetadataImage image) {
    if (cluster.holds(node) >= MOVED_IN) {
      to(State.HERE);
      if (!healing.getAsBoolean()) {
        happen();
      }
      agenda.after(staysNanos, this::leave);
      return;
    }
    List<Move> moves = moves(image, true);
    if (!moves.isEmpty()) {
      Move move = moves.get((choice + cluster.holds(node)) % moves.size());
      operator.reassign(move.partition(), move.to());
    }
  }

  private void moveOut(MetadataImage image) {
    if (isEmptied(image) && (node.isReady() || !node.isUp())) {
      to(State.RETIRED);
      node.retire();
      cluster.forget(node);
    }
  }

  /// Whether it holds nothing; else the next replica is asked to go, unless all are on their way.
  private boolean isEmptied(MetadataImage image) {
    List<Move> moves = moves(image, false);
    if (!moves.isEmpty()) {
      operator.reassign(moves.getFirst().partition(), moves.getFirst().to());
    }
    return cluster.holds(node) == 0;
  }

  /// What happens to it in its time, with those that formed the cluster hit by the other faults.
  private void happen() {
    switch (choice / 4 % 3) {
      case 0 -> {
        node.kill();
        agenda.after(staysNanos / 3, node::start);
      }
      case 1 -> node.machine().pause(staysNanos / 2);
      default -> {}
    }
  }

  private void leave() {
    if (!stays()) {
      to(State.CORDONED);
    }
  }

  /// What would bring it a replica, or take one from it; what is under way already is left out.
  ///
  /// @param comes whether it is to get replicas
  private List<Move> moves(MetadataImage image, boolean comes) {
    List<Move> moves = new ArrayList<>();
    new TreeMap<>(image.topics().topicsByName())
        .forEach((name, topic) ->
            new TreeMap<>(topic.partitions())
                .forEach((index, partition) -> {
                  List<Integer> now = wanted(partition);
                  if (comes != now.contains(node.id())) {
                    int from = comes ? now.get((choice + index) % now.size()) : node.id();
                    int to = comes ? node.id() : host(now, index);
                    now.set(now.indexOf(from), to);
                    moves.add(new Move(new TopicPartition(name, index), now));
                  }
                }));
    return moves;
  }

  /// The replicas once what is under way is done.
  private static List<Integer> wanted(PartitionRegistration partition) {
    List<Integer> replicas = new ArrayList<>();
    for (int id : partition.replicas) {
      if (Arrays.stream(partition.removingReplicas).noneMatch(each -> each == id)) {
        replicas.add(id);
      }
    }
    return replicas;
  }

  /// One of those that were here before, which has no replica yet.
  private int host(List<Integer> replicas, int turn) {
    return IntStream.range(0, hosts.size())
        .map(i -> hosts.get((turn + i) % hosts.size()))
        .filter(id -> !replicas.contains(id))
        .findFirst()
        .orElseThrow();
  }
}
