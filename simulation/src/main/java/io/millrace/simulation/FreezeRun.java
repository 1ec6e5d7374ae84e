package io.millrace.simulation;

import static io.millrace.simulation.SteadyCluster.SECOND;

import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.client.SteadyClient;
import io.millrace.simulation.cluster.SimulatedCluster;
import io.millrace.simulation.cluster.SimulatedNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What a cluster does while processes are frozen, as SIGSTOP or a machine without time for them
/// freeze them: they are silent, and their connections stay.
///
/// Each of three nodes in turn, one of which is the active controller; then all three at once. Only
/// a node that others have found silent may be fenced. Producers with acks=all go on as soon as
/// their partitions are led again, whatever its followers still wait for from the frozen leader.
public final class FreezeRun {

  private static final long FREEZE_NANOS = 6 * SECOND;
  private static final List<Long> ALL_FROZEN_NANOS =
      List.of(5 * SECOND / 2, 7 * SECOND / 2, FREEZE_NANOS);
  private static final long STEP_NANOS = SECOND / 100;
  private static final int PARTITIONS = 6;
  private static final int CLIENT_PATIENCE_MS = 200;

  /// What a producer needs to find the new leader.
  private static final long FINDING_NANOS = SECOND;

  private final SteadyCluster stage;
  private final VirtualWorld world;
  private final SimulatedCluster cluster;
  private final List<SteadyClient> clients;
  private final List<String> story = new ArrayList<>();
  private long longestNanos;

  private FreezeRun(long seed) {
    stage = new SteadyCluster(seed, 3, Map.of());
    world = stage.world;
    cluster = stage.cluster;
    clients = stage.clients;
  }

  /// Called in the runs' own loader.
  ///
  /// @return the longest time in microseconds until all partitions of a frozen node were led by
  ///   others, then a line a freeze
  public static String[] inside(long seed) {
    FreezeRun run = new FreezeRun(seed);
    run.run();
    run.story.addFirst(Long.toString(run.longestNanos / 1_000));
    return run.story.toArray(String[]::new);
  }

  private void run() {
    cluster.startAll();
    stage.await("the cluster forms", cluster::allReady);
    stage.serve(PARTITIONS, CLIENT_PATIENCE_MS);
    world.runFor(5 * SECOND);
    cluster.nodes().forEach(this::freeze);
    ALL_FROZEN_NANOS.forEach(this::freezeAll);
  }

  private void freeze(SimulatedNode frozen) {
    long begin = world.nanos();
    int epoch = cluster.quorumEpoch();
    long controlled = -1;
    clients.forEach(SteadyClient::forgetGaps);
    frozen.machine().pause(FREEZE_NANOS);
    long moved = -1;
    while (world.nanos() - begin < FREEZE_NANOS) {
      world.runFor(STEP_NANOS);
      onlyFenced(Set.of(frozen.id()));
      if (controlled < 0 && cluster.quorumEpoch() > epoch) {
        controlled = world.nanos() - begin;
      }
      if (moved < 0 && cluster.leads(frozen) == 0) {
        moved = world.nanos() - begin;
      }
    }
    if (moved < 0) {
      throw new InvariantBroken("Progress", frozen.name() + " leads although it is frozen");
    }
    longestNanos = Math.max(longestNanos, moved);
    for (SteadyClient client : clients) {
      if (client.longestGap() > moved + FINDING_NANOS) {
        throw new InvariantBroken(
            "Progress",
            String.format(
                Locale.ROOT,
                "led by others %d ms after %s froze, and yet a gap of %d ms: %s",
                moved / 1_000_000,
                frozen.name(),
                client.longestGap() / 1_000_000,
                client.story()));
      }
    }
    story.add(
        String.format(
            Locale.ROOT,
            "%s frozen: led by others after %d ms, new controller after %d ms",
            frozen.name(),
            moved / 1_000_000,
            controlled / 1_000_000));
    settle(Set.of(frozen.id()));
  }

  private void freezeAll(long nanos) {
    int before = cluster.reigns();
    cluster.nodes().forEach(node -> node.machine().pause(nanos));
    world.runFor(nanos);
    settle(Set.of());
    int elections = cluster.reigns() - before;
    if (elections > 0) {
      throw new InvariantBroken(
          "OnlyTheSilentAreFenced",
          elections + " needless elections after all were frozen for " + nanos / 1_000_000 + " ms");
    }
  }

  /// Until the cluster is whole again, and a while longer.
  private void settle(Set<Integer> mayBeFenced) {
    stage.await(
        "all are whole",
        () -> {
          onlyFenced(mayBeFenced);
          return cluster.isWhole();
        });
    long end = world.nanos() + 5 * SECOND;
    while (world.nanos() < end) {
      world.runFor(STEP_NANOS);
      onlyFenced(mayBeFenced);
    }
  }

  private void onlyFenced(Set<Integer> allowed) {
    List<Integer> fenced = cluster.fenced();
    if (!allowed.containsAll(fenced)) {
      throw new InvariantBroken(
          "OnlyTheSilentAreFenced",
          "fenced: " + fenced + ", silent were " + allowed + "; " + String.join("; ", story));
    }
  }
}
