package io.millrace.simulation;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.simulation.audit.AcknowledgedStays;
import io.millrace.simulation.audit.DeletionStays;
import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.audit.Ledger;
import io.millrace.simulation.audit.StoredOnceInOrder;
import io.millrace.simulation.audit.Timeline;
import io.millrace.simulation.client.QuorumOperator;
import io.millrace.simulation.client.ReaderClient;
import io.millrace.simulation.cluster.Agenda;
import io.millrace.simulation.cluster.ClusterState;
import io.millrace.simulation.cluster.FaultInjector;
import io.millrace.simulation.cluster.ImagesAgree;
import io.millrace.simulation.cluster.LogMatching;
import io.millrace.simulation.cluster.NothingLeaks;
import io.millrace.simulation.cluster.ReplicaProbe;
import io.millrace.simulation.cluster.SimulatedCluster;
import io.millrace.simulation.scenario.Fault;
import io.millrace.simulation.scenario.FaultKind;
import io.millrace.simulation.scenario.FaultSchedule;
import io.millrace.simulation.scenario.Scenario;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One run: a cluster forms, clients work while faults happen, faults end, everything comes to an
/// end in bounded virtual time, and what is there is held against what was promised.
///
/// Safety is judged all the time, liveness only after the faults. A run is a function of its seed,
/// its scenario and the code; it must have the class loader to itself while it runs.
public final class ClusterRun {

  private static final long SECOND = 1_000_000_000L;
  private static final long PROBE_NANOS = 50_000_000L;
  private static final long FORMING_NANOS = 60 * SECOND;

  /// All of it in the worst case: fetch timeouts, elections, back-offs, a replica that catches up.
  private static final long HEALING_NANOS = 90 * SECOND;

  private final VirtualWorld world;
  private final Scenario scenario;
  private final Timeline timeline;
  private final Agenda agenda;
  private final SimulatedCluster cluster;
  private final QuorumOperator quorum;
  private final FaultInjector injector;
  private final ReplicaProbe probe = new ReplicaProbe();
  private final Ledger ledger;
  private final VirtualNode clientMachine;
  private final Clients clients;
  private int scheduledFaults;

  /// Readers may be sent what has rotted, and have to see it.
  private boolean mayBeRotten;

  /// Longer than any request may wait.
  private static final long QUIET_NANOS = 3 * SECOND;

  private ClusterRun(long seed, Scenario scenario) {
    this.world = VirtualWorld.builder(seed).loops(2).build();
    this.scenario = scenario;
    this.timeline = new Timeline(world::nanos);
    this.agenda = new Agenda(world);
    this.cluster = new SimulatedCluster(world, scenario, timeline, this::mayFail);
    this.clientMachine = world.node(SimulatedCluster.CLIENTS);
    this.quorum =
        new QuorumOperator(
            clientMachine,
            cluster.bootstrap(),
            scenario.nodes(),
            SimulatedCluster.CONTROLLER_PORT,
            id -> cluster.nodes().get(id - 1).directoryId());
    this.injector =
        new FaultInjector(world, cluster, quorum, clientMachine, scenario, agenda, timeline);
    this.ledger =
        new Ledger(new DeletionStays(partition -> probe.newestEpoch(cluster.nodes(), partition)));
    this.clients =
        new Clients(clientMachine, cluster.bootstrap(), scenario, ledger, () -> mayBeRotten);
  }

  private boolean mayFail(io.millrace.simulation.cluster.SimulatedNode node) {
    return injector.mayFail(node);
  }

  /// Runs to the end, or to the first failure, which the report tells.
  public static RunReport run(long seed, Scenario scenario) {
    ClusterRun run = new ClusterRun(seed, scenario);
    Throwable failure = null;
    try {
      run.run();
    } catch (AssertionError | RuntimeException e) {
      failure = e;
      run.timeline.tell("run", "FAILED: " + (e.getCause() == null ? e : e.getCause()));
      ClusterState.describe(run.cluster.nodes()).forEach(line -> run.timeline.tell("state", line));
    }
    return run.report(seed, failure);
  }

  private RunReport report(long seed, @Nullable Throwable failure) {
    return new RunReport(
        seed,
        scenario.toString(),
        failure,
        world.trace().hash(),
        world.trace().entries(),
        world.nanos(),
        clients.requests(),
        ledger.sentRecords(),
        ledger.acknowledgedRecords(),
        ledger.readRecords(),
        injector.done(),
        scheduledFaults,
        figures(),
        timeline.lines());
  }

  /// What was reached, for the sums of an exploration.
  private Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("produce", clients.produceRequests());
    figures.put("fetch", clients.fetchRequests());
    figures.put("elections", probe.elections());
    clients.figures().forEach(figures::put);
    return figures;
  }

  private void run() {
    cluster.startAll();
    look();
    within(FORMING_NANOS, cluster::allReady, "the cluster forms");
    clients.setUp();
    within(FORMING_NANOS, clients::isSetUp, "the topic is created");
    clients.start();
    long from = world.nanos();
    long to = from + scenario.seconds() * SECOND;
    List<Fault> faults =
        FaultSchedule.draw(world.seed(), from, to, scenario.nodes(), scenario.possibleFaults());
    scheduledFaults = faults.size();
    mayBeRotten = faults.stream().anyMatch(fault -> fault.kind() == FaultKind.BIT_FLIP);
    injector.schedule(faults);
    agenda.runUntil(to);
    injector.heal();
    within(
        HEALING_NANOS,
        () -> injector.isSettled() && cluster.isWhole(),
        "every partition has a leader and a full ISR, and nobody joins or leaves");
    within(HEALING_NANOS, () -> injector.rotten() == null, "what has rotted is repaired");
    clients.stop();
    within(HEALING_NANOS, clients::areIdle, "everything sent is acknowledged");
    audit();
    MinimumContent.check(
        scenario,
        clients.produceRequests(),
        clients.fetchRequests(),
        injector.done().values().stream().mapToInt(Integer::intValue).sum());
  }

  private void audit() {
    timeline.tell("run", "everything is read back");
    mayBeRotten = false;
    ReaderClient auditor = clients.auditor();
    auditor.start();
    within(HEALING_NANOS, auditor::isAtEnd, "everything can be read");
    auditor.stop();
    AcknowledgedStays.check(ledger);
    StoredOnceInOrder.check(ledger);
    // What a producer has sent twice may be stored late, behind what a group took for the end.
    until(HEALING_NANOS, clients::groupsAreThrough);
    clients.check();
    within(HEALING_NANOS, cluster::isWhole, "the cluster stays whole");
    // Groups are members still: one may have committed just now, and a follower is a fetch behind.
    until(QUIET_NANOS, () -> LogMatching.endsAreEqual(cluster.nodes()));
    LogMatching.check(cluster.nodes());
    ImagesAgree.check(cluster.nodes());
    quorum.look();
    within(HEALING_NANOS, quorum::isAsWanted, "every node votes");
    rest();
  }

  /// All clients go, and what they leave behind is looked at.
  private void rest() {
    clientMachine.kill();
    agenda.runUntil(world.nanos() + QUIET_NANOS);
    NothingLeaks leaks = NothingLeaks.since(cluster.nodes());
    agenda.runUntil(world.nanos() + QUIET_NANOS);
    leaks.check();
  }

  /// Looks into the nodes, again and again.
  private void look() {
    probe.look(cluster.nodes());
    agenda.after(PROBE_NANOS, this::look);
  }

  private void within(long nanos, BooleanSupplier condition, String what) {
    if (!until(nanos, condition)) {
      throw new InvariantBroken(
          "Progress",
          String.format(
                  "not within %d virtual seconds: %s; %s; %s; %s; rotten: %s",
                  nanos / SECOND, what, cluster, cluster.offender(), clients, injector.rotten())
              + "; "
              + quorum);
    }
    timeline.tell("run", what);
  }

  /// Whether it came true in that time.
  private boolean until(long nanos, BooleanSupplier condition) {
    long end = world.nanos() + nanos;
    while (!condition.getAsBoolean()) {
      if (world.nanos() >= end) {
        return false;
      }
      agenda.runUntil(world.nanos() + SECOND / 20);
    }
    return true;
  }
}
