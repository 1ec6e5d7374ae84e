package io.millrace.simulation;

import static io.millrace.simulation.SteadyCluster.SECOND;

import io.millrace.replication.Partition;
import io.millrace.runtime.virtual.VirtualDisk;
import io.millrace.server.NodeAssembly;
import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.client.SteadyClient;
import io.millrace.simulation.cluster.SimulatedCluster;
import io.millrace.simulation.cluster.SimulatedNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A cluster of four brokers that balances itself gets a fifth, which is empty, while producers
/// write; then a disk fills; then the new broker is lost again.
///
/// The new broker gets its share of replicas and leaders, two partitions at a time; never has a
/// partition fewer replicas in sync than before, and nothing that was acknowledged is missing. From
/// the full disk just enough is moved, although moved replicas lie there for a minute. While a
/// broker is missing nothing is moved.
public final class BalanceRun {

  private static final int NODES = 5;
  private static final int PARTITIONS = 8;
  private static final int MOVES = 2;
  private static final int CALM_MS = 5_000;
  private static final int INTERVAL_MS = 5_000;
  private static final int CLIENT_PATIENCE_MS = 3_000;
  private static final Path DATA = Path.of("/data");

  private final SteadyCluster stage;
  private final SimulatedCluster cluster;
  private final List<String> story = new ArrayList<>();

  private BalanceRun(long seed) {
    stage =
        new SteadyCluster(
            seed,
            NODES,
            Map.of(
                "balancer.mode", "automatic",
                "balancer.moves", Integer.toString(MOVES),
                "balancer.calm.ms", Integer.toString(CALM_MS),
                "balancer.interval.ms", Integer.toString(INTERVAL_MS)));
    cluster = stage.cluster;
  }

  /// Called in the runs' own loader.
  ///
  /// @return the longest gap of any producer while the new broker got its share in microseconds,
  ///   then a line for each node
  public static String[] inside(long seed) {
    BalanceRun run = new BalanceRun(seed);
    run.run();
    return run.story.toArray(String[]::new);
  }

  private void run() {
    List<SimulatedNode> first = cluster.nodes().subList(0, NODES - 1);
    SimulatedNode last = cluster.nodes().getLast();
    first.forEach(SimulatedNode::start);
    stage.await("the cluster forms", () -> first.stream().allMatch(SimulatedNode::isReady));
    stage.serve(PARTITIONS, CLIENT_PATIENCE_MS);
    stage.world.runFor(3 * SECOND);
    stage.clients.forEach(SteadyClient::forgetGaps);

    last.start();
    int share = PARTITIONS * 3 / NODES;
    stage.await(
        "the new broker's share",
        () -> {
          watch();
          return cluster.moving() == 0 && cluster.holds(last) >= share && cluster.leads(last) > 0;
        });
    long gap = stage.clients.stream().mapToLong(SteadyClient::longestGap).max().orElseThrow();
    story.add(Long.toString(gap / 1_000));
    for (SimulatedNode node : cluster.nodes()) {
      story.add(
          String.format(
              Locale.ROOT,
              "%s holds %d and leads %d",
              node.name(),
              cluster.holds(node),
              cluster.leads(node)));
    }
    nothingIsLost();
    justEnoughLeavesAFullDisk(first.getFirst());
    nothingMovesWithout(last);
  }

  /// Nobody writes any more, so that the disk is as full as it is made: 90 %. It is emptied to 80
  /// %, for which one of its five or six replicas is enough, or two.
  private void justEnoughLeavesAFullDisk(SimulatedNode full) {
    stage.world.node(SimulatedCluster.CLIENTS).kill();
    int held = cluster.holds(full);
    VirtualDisk disk = full.machine().disk();
    long used = disk.totalBytes(DATA) - disk.usableBytes(DATA);
    disk.faults().capacity(used / 9 * 10);
    stage.await(
        "the full disk is emptied",
        () -> {
          watch();
          return cluster.moving() == 0 && cluster.holds(full) < held;
        });
    stage.world.runFor(4 * INTERVAL_MS * (SECOND / 1_000));
    if (cluster.holds(full) < held - 2) {
      throw new InvariantBroken(
          "JustEnough", cluster.holds(full) + " of " + held + " replicas are left");
    }
    disk.faults().calm();
  }

  private void watch() {
    if (cluster.moving() > MOVES) {
      throw new InvariantBroken("FewAtATime", cluster.moving() + " partitions are being moved");
    }
    if (cluster.fewestInSync() < 3) {
      throw new InvariantBroken("NoneIsWeakened", cluster.fewestInSync() + " replicas in sync");
    }
  }

  /// What a leader has committed goes beyond what it has acknowledged.
  private void nothingIsLost() {
    for (SteadyClient client : stage.clients) {
      long acknowledged = client.lastOffset();
      long committed =
          cluster.nodes().stream().mapToLong(node -> committed(node, client)).max().orElse(-1);
      if (acknowledged < 0 || committed <= acknowledged) {
        throw new InvariantBroken(
            "AcknowledgedStays",
            client.partition() + ": " + acknowledged + " is acknowledged, committed " + committed);
      }
    }
  }

  private static long committed(SimulatedNode node, SteadyClient client) {
    NodeAssembly assembly = node.assembly();
    Partition partition = assembly == null ? null : assembly.hosted().partition(client.partition());
    return partition == null || !partition.isLeader() ? -1 : partition.highWatermark();
  }

  /// It is expected back, and has what it had.
  private void nothingMovesWithout(SimulatedNode lost) {
    int held = cluster.holds(lost);
    lost.kill();
    for (int i = 0; i < 4 * CALM_MS / 1_000; i++) {
      stage.world.runFor(SECOND);
      if (cluster.moving() > 0 || cluster.holds(lost) != held) {
        throw new InvariantBroken("ExpectedBack", "replicas of a lost broker are moved");
      }
    }
  }
}
