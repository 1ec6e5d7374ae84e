package io.millrace.simulation.cluster;

import io.millrace.runtime.World;
import io.millrace.runtime.virtual.DiskFaults;
import io.millrace.runtime.virtual.VirtualNetwork;
import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.simulation.audit.Timeline;
import io.millrace.simulation.client.QuorumOperator;
import io.millrace.simulation.scenario.Durability;
import io.millrace.simulation.scenario.Fault;
import io.millrace.simulation.scenario.FaultKind;
import io.millrace.simulation.scenario.Scenario;
import io.millrace.simulation.scenario.Workload;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Does the faults of a schedule, and takes them back.
///
/// The bounds, which make every alarm real:
///
/// - Without fsync, a machine loses its power only while every partition is whole: all replicas in
///   sync and none still behind since the last loss. A second loss could take what only two had.
/// - A lone node without fsync never loses its power, and its volume never fails.
/// - A disk fails or fills only where other replicas go on; one disk at a time.
/// - One new broker at a time joins or leaves; it leaves when it holds nothing, as the newest image
///   has it, and takes no replica any more.
/// - One disk a run is lost for good, while every partition is whole: until its node is a voter
///   again, the quorum needs all others. So no voter is taken out in such a run, and one at a time
///   in others.
///
/// - Bits flip where all other replicas have the batch ([BitRot]), while every partition is whole,
///   or was when their node went down.
///
/// What is refused is tried again for three seconds.
public final class FaultInjector {

  private static final int ATTEMPTS = 6;
  private static final long RETRY_NANOS = 500_000_000L;

  private final VirtualWorld world;
  private final SimulatedCluster cluster;
  private final QuorumOperator quorum;
  private final World clients;
  private final Scenario scenario;
  private final Agenda agenda;
  private final Timeline timeline;
  private final Map<FaultKind, Integer> done = new EnumMap<>(FaultKind.class);
  private final TreeSet<Integer> badDisks = new TreeSet<>();
  private boolean diskWasLost;
  private final BitRot rot;

  private @Nullable RollingUpgrade upgrade;

  private @Nullable GuestBroker guest;

  /// 0 while nobody is.
  private int voterOut;

  private final List<SimulatedNode> wasBad = new ArrayList<>();
  private boolean healing;

  /// @param clients the machine that operators work at
  public FaultInjector(
      VirtualWorld world,
      SimulatedCluster cluster,
      QuorumOperator quorum,
      World clients,
      Scenario scenario,
      Agenda agenda,
      Timeline timeline) {
    this.world = world;
    this.cluster = cluster;
    this.quorum = quorum;
    this.clients = clients;
    this.scenario = scenario;
    this.agenda = agenda;
    this.timeline = timeline;
    // The beginning of a log that somebody deletes is never read again, and stays as it is.
    boolean deletes = scenario.workloads().contains(Workload.DELETE_RECORDS);
    this.rot =
        new BitRot(
            cluster.nodes(),
            scenario.replicas(),
            folder -> !deletes || folder.startsWith("__consumer_offsets"));
  }

  /// Whether a stored batch is not what it was; where, null when all are.
  public @Nullable String rotten() {
    return rot.outstanding();
  }

  /// How often each kind was done.
  public Map<FaultKind, Integer> done() {
    return done;
  }

  /// Whether a node may find its disk unusable now.
  public boolean mayFail(SimulatedNode node) {
    return wasBad.contains(node);
  }

  public void schedule(List<Fault> faults) {
    for (Fault fault : faults) {
      if (!scenario.without().contains(fault.number())) {
        agenda.at(fault.atNanos(), () -> inject(fault, ATTEMPTS));
      }
    }
  }

  private void inject(Fault fault, int attempts) {
    if (healing) {
      return;
    }
    String refused = refusal(fault);
    if (refused != null) {
      if (attempts > 1) {
        agenda.after(RETRY_NANOS, () -> inject(fault, attempts - 1));
      } else {
        timeline.tell("fault", fault + " is refused: " + refused);
      }
      return;
    }
    timeline.tell("fault", fault.toString());
    done.merge(fault.kind(), 1, Integer::sum);
    SimulatedNode node = cluster.nodes().get(fault.node());
    switch (fault.kind()) {
      case KILL -> {
        node.kill();
        agenda.after(fault.lastsNanos(), () -> start(node));
      }
      case POWER -> {
        node.powerOff();
        agenda.after(fault.lastsNanos(), () -> start(node));
      }
      case BLACKOUT -> blackout(fault);
      case RESTART -> {
        node.stop();
        agenda.after(fault.lastsNanos(), () -> startAfterStop(node));
      }
      case PAUSE -> node.machine().pause(fault.lastsNanos());
      case CUT -> cut(fault);
      case CUT_ONE_WAY -> {
        String from = cluster.machine(fault.node());
        String to = cluster.machine(fault.other());
        world.network().link(from, to).cut();
        agenda.after(fault.lastsNanos(), () -> world.network().link(from, to).heal());
      }
      case LOSS -> {
        double rate = 0.01 + fault.detail() % 10 / 50.0;
        world.network().everyLink(link -> link.loss(rate));
        agenda.after(fault.lastsNanos(), () -> world.network().everyLink(link -> link.loss(0)));
      }
      case DELAY -> delay(fault);
      case RESET ->
          world.network().reset(cluster.machine(fault.node()), cluster.machine(fault.other()));
      case SLOW_DISK -> {
        DiskFaults disk = node.machine().disk().faults().slow(10 + fault.detail() % 200);
        agenda.after(fault.lastsNanos(), () -> disk.slow(1));
      }
      case DISK_ERROR -> {
        boolean sync = fault.detail() % 2 == 0;
        badDisk(
            fault,
            node,
            disk ->
                disk.errors(sync ? DiskFaults.Operation.SYNC : DiskFaults.Operation.WRITE, 1.0));
      }
      case DISK_FULL -> badDisk(fault, node, disk -> disk.capacity(0));
      case CLOCK_JUMP -> node.machine().jumpClock(fault.detail() % 120_000 - 60_000);
      case CLOCK_DRIFT -> {
        node.machine().driftClock(fault.detail() % 200_000 - 100_000);
        agenda.after(fault.lastsNanos(), () -> node.machine().driftClock(0));
      }
      case UPGRADE -> {
        RollingUpgrade begun =
            new RollingUpgrade(
                cluster, scenario.durability(), fault.detail(), agenda, timeline, () -> healing);
        upgrade = begun;
        begun.start();
      }
      case VOTER -> {
        voterOut = node.id();
        quorum.remove(node.id());
        agenda.after(fault.lastsNanos(), () -> addVoterAgain(node.id()));
      }
      case MEMBERSHIP -> {
        GuestBroker next =
            new GuestBroker(cluster, clients, fault, agenda, timeline, () -> healing);
        guest = next;
        next.join();
      }
      case BIT_FLIP -> {
        if (fault.detail() % 3 == 0) {
          rotWhileDown(node, fault);
        } else {
          String flipped = rot.flip(node, fault);
          timeline.tell("fault", flipped == null ? "another copy is not sound" : flipped);
        }
      }
      case DISK_LOSS -> {
        diskWasLost = true;
        node.loseDisk();
        agenda.after(fault.lastsNanos(), () -> start(node));
      }
    }
  }

  private @Nullable String refusal(Fault fault) {
    boolean synced = scenario.durability() == Durability.FSYNC;
    SimulatedNode node = cluster.nodes().get(fault.node());
    return switch (fault.kind()) {
      case KILL, PAUSE -> node.isUp() ? null : "it is down";
      case RESTART -> node.isReady() ? null : "it is not ready";
      case POWER -> {
        if (!node.isUp()) {
          yield "it is down";
        }
        boolean whole = scenario.nodes() > 1 && ReplicaStates.whole(cluster.nodes());
        yield synced || whole ? null : "another replica may be the only one";
      }
      case VOTER ->
          voterOut != 0 || diskWasLost
              ? "another voter is out"
              : ReplicaStates.whole(cluster.nodes()) ? null : "the quorum may need all";
      case MEMBERSHIP -> guest == null || guest.isGone() ? null : "a new broker is here";
      case BIT_FLIP ->
          !ReplicaStates.whole(cluster.nodes())
              ? "another replica may be the only one"
              : rot.hasCandidates(node) ? null : "nothing is synced and committed yet";
      case UPGRADE -> upgrade == null || upgrade.isOver() ? null : "one is under way";
      case BLACKOUT, LOSS, CLOCK_JUMP, CLOCK_DRIFT, SLOW_DISK -> null;
      case CUT, CUT_ONE_WAY, DELAY, RESET ->
          cluster.machine(fault.node()).equals(cluster.machine(fault.other()))
              ? "one machine only"
              : null;
      case DISK_ERROR, DISK_FULL -> {
        boolean whole = scenario.nodes() > 1 && ReplicaStates.whole(cluster.nodes());
        yield whole && badDisks.isEmpty() ? null : "another replica may be the only one";
      }
      case DISK_LOSS -> {
        boolean whole = scenario.nodes() > 1 && ReplicaStates.whole(cluster.nodes());
        yield diskWasLost || !quorum.isUntouched()
            ? "another voter is out, or was"
            : whole && badDisks.isEmpty() ? null : "another replica may be the only one";
      }
    };
  }

  /// A node ends, one way or another, and its disk rots before it comes back.
  private void rotWhileDown(SimulatedNode node, Fault fault) {
    switch (fault.detail() / 3 % 3) {
      case 0 -> node.kill();
      case 1 -> node.powerOff();
      default -> node.stop();
    }
    agenda.after(fault.lastsNanos(), () -> rotAndStart(node, fault));
  }

  private void rotAndStart(SimulatedNode node, Fault fault) {
    if (node.isStopping()) {
      agenda.after(RETRY_NANOS, () -> rotAndStart(node, fault));
      return;
    }
    if (!node.isUp() && !healing) {
      rot.rot(node, fault).forEach(flipped -> timeline.tell("fault", flipped));
    }
    start(node);
  }

  private void addVoterAgain(int id) {
    if (voterOut == id) {
      voterOut = 0;
      quorum.addAgain(id);
    }
  }

  private void blackout(Fault fault) {
    for (SimulatedNode node : cluster.nodes()) {
      if (scenario.durability() == Durability.FSYNC && fault.detail() % 2 == 0) {
        node.powerOff();
      } else {
        node.kill();
      }
    }
    long wait = fault.lastsNanos();
    for (int i = 0; i < cluster.nodes().size(); i++) {
      SimulatedNode node = cluster.nodes().get((i + fault.detail()) % cluster.nodes().size());
      agenda.after(wait, () -> start(node));
      wait += fault.lastsNanos() / 3;
    }
  }

  private void cut(Fault fault) {
    VirtualNetwork network = world.network();
    List<String> side = new ArrayList<>(List.of(cluster.machine(fault.node())));
    boolean two = fault.detail() % 3 == 0 && scenario.nodes() > 2;
    if (two) {
      side.add(cluster.machine(fault.other()));
    }
    List<String> rest = cluster.machines();
    rest.removeAll(side);
    if (fault.detail() % 2 == 0) {
      rest.remove(SimulatedCluster.CLIENTS);
    }
    side.forEach(one -> rest.forEach(other -> network.cut(one, other)));
    agenda.after(
        fault.lastsNanos(),
        () ->
            side.forEach(one ->
                rest.forEach(other -> {
                  network.link(one, other).heal();
                  network.link(other, one).heal();
                })));
  }

  private void delay(Fault fault) {
    String slow = cluster.machine(fault.node());
    long nanos = 5_000_000L + fault.detail() % 150 * 1_000_000L;
    for (String other : cluster.machines()) {
      if (!other.equals(slow)) {
        var there = world.network().link(slow, other).latency(nanos / 2, nanos);
        var back = world.network().link(other, slow).latency(nanos / 2, nanos);
        agenda.after(
            fault.lastsNanos(),
            () -> {
              there.latency(50_000, 500_000);
              back.latency(50_000, 500_000);
            });
      }
    }
  }

  private void badDisk(
      Fault fault, SimulatedNode node, java.util.function.Consumer<DiskFaults> damage) {
    badDisks.add(node.id());
    wasBad.add(node);
    damage.accept(node.machine().disk().faults());
    agenda.after(
        fault.lastsNanos(),
        () -> {
          node.machine().disk().faults().calm();
          badDisks.remove(node.id());
          // As the supervisor of a process does, once the operator has mended the disk. What an
          // error left in memory is not trusted: the process goes with it.
          node.kill();
          start(node);
          agenda.after(1_000_000_000L, () -> wasBad.remove(node));
        });
  }

  private void start(SimulatedNode node) {
    node.start();
  }

  private void startAfterStop(SimulatedNode node) {
    if (node.isStopping()) {
      agenda.after(200_000_000L, () -> startAfterStop(node));
    } else {
      start(node);
    }
  }

  /// Whether nobody is about to join or to leave.
  public boolean isSettled() {
    return guest == null || guest.isSettled();
  }

  /// Ends every fault and starts what is down. A broker that is about to leave goes on with it.
  public void heal() {
    healing = true;
    timeline.tell("fault", "all faults end");
    world.network().calm();
    addVoterAgain(voterOut);
    for (SimulatedNode node : cluster.nodes()) {
      node.machine().disk().faults().calm();
      node.machine().driftClock(0);
      startAfterStop(node);
    }
  }
}
