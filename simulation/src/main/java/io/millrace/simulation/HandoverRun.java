package io.millrace.simulation;

import static io.millrace.simulation.SteadyCluster.SECOND;

import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.server.NodeAssembly;
import io.millrace.simulation.client.SteadyClient;
import io.millrace.simulation.cluster.SimulatedCluster;
import io.millrace.simulation.cluster.SimulatedNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.metadata.BrokerRegistration;
import org.jspecify.annotations.Nullable;

/// How long producers wait while each of three nodes in turn is stopped or killed and started
/// again, how long a node takes to stop, and when the metadata has changed after it (it left, or
/// was fenced), in virtual time: what is left are the waits of the design, messages and timers,
/// without the machine's.
///
/// One of the three is the active controller, too.
public final class HandoverRun {

  private static final long CALM_NANOS = SECOND;
  private static final int PARTITIONS = 3;
  private static final int CLIENT_PATIENCE_MS = 3_000;

  private final SteadyCluster stage;
  private final VirtualWorld world;
  private final SimulatedCluster cluster;
  private final List<SteadyClient> clients;
  private final List<String> story = new ArrayList<>();
  private long longestNanos;
  private long longestStopNanos;
  private long longestFenceNanos;

  private HandoverRun(long seed) {
    stage = new SteadyCluster(seed, 3, Map.of());
    world = stage.world;
    cluster = stage.cluster;
    clients = stage.clients;
  }

  /// Called in the runs' own loader.
  ///
  /// @return the longest gap, stop and wait for the metadata in microseconds, then a line a blow
  public static String[] inside(long seed, boolean cleanly) {
    HandoverRun run = new HandoverRun(seed);
    run.run(cleanly);
    run.story.addFirst(Long.toString(run.longestFenceNanos / 1_000));
    run.story.addFirst(Long.toString(run.longestStopNanos / 1_000));
    run.story.addFirst(Long.toString(run.longestNanos / 1_000));
    return run.story.toArray(String[]::new);
  }

  private void run(boolean cleanly) {
    cluster.startAll();
    stage.await("the cluster forms", cluster::allReady);
    stage.serve(PARTITIONS, CLIENT_PATIENCE_MS);
    world.runFor(CALM_NANOS);
    clients.forEach(SteadyClient::forgetGaps);
    for (SimulatedNode node : cluster.nodes()) {
      long began = world.nanos();
      if (cleanly) {
        node.stop();
      } else {
        node.kill();
      }
      stage.await("its end", () -> !node.isUp());
      longestStopNanos = Math.max(longestStopNanos, world.nanos() - began);
      stage.await("the others know", () -> isOutForAll(node.id()));
      longestFenceNanos = Math.max(longestFenceNanos, world.nanos() - began);
      world.runFor(CALM_NANOS);
      tell(node.name() + (cleanly ? " stopped" : " killed"));
      node.start();
      stage.await("all are whole", cluster::isWhole);
      world.runFor(CALM_NANOS);
      tell(node.name() + " started");
    }
  }

  /// Whether every other node's image shows this one fenced, or on its way out.
  private boolean isOutForAll(int id) {
    return cluster.nodes().stream()
        .filter(node -> node.id() != id)
        .map(SimulatedNode::assembly)
        .filter(Objects::nonNull)
        .map(NodeAssembly::image)
        .allMatch(image -> image != null && isOut(image.cluster().broker(id)));
  }

  private static boolean isOut(@Nullable BrokerRegistration broker) {
    return broker != null && (broker.fenced() || broker.inControlledShutdown());
  }

  private void tell(String what) {
    for (SteadyClient client : clients) {
      long gap = client.longestGap();
      longestNanos = Math.max(longestNanos, gap);
      story.add(String.format(Locale.ROOT, "%s: %d us: %s", what, gap / 1_000, client.story()));
      client.forgetGaps();
    }
  }
}
