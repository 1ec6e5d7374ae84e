package io.millrace.simulation;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.server.NodeAssembly;
import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.audit.Timeline;
import io.millrace.simulation.client.SteadyClient;
import io.millrace.simulation.client.TopicSetUp;
import io.millrace.simulation.cluster.SimulatedCluster;
import io.millrace.simulation.cluster.SimulatedNode;
import io.millrace.simulation.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.apache.kafka.metadata.BrokerRegistration;
import org.jspecify.annotations.Nullable;

/// How long producers wait while each of three nodes in turn is stopped or killed and started
/// again, how long a node takes to stop, and when the metadata has changed after it (it left, or
/// was fenced), in virtual time: what is left are the waits of the design, messages and timers,
/// without the machine's.
///
/// One of the three is the active controller, too.
public final class HandoverRun {

  private static final long SECOND = 1_000_000_000L;
  private static final long PATIENCE_NANOS = 60 * SECOND;
  private static final long CALM_NANOS = SECOND;
  private static final int PARTITIONS = 3;
  private static final int CLIENT_PATIENCE_MS = 3_000;
  private static final String TOPIC = "orders";

  private final VirtualWorld world;
  private final SimulatedCluster cluster;
  private final List<SteadyClient> clients = new ArrayList<>();
  private final List<String> story = new ArrayList<>();
  private long longestNanos;
  private long longestStopNanos;
  private long longestFenceNanos;

  private HandoverRun(long seed) {
    this.world = VirtualWorld.builder(seed).loops(2).build();
    Timeline timeline = new Timeline(world::nanos);
    this.cluster =
        new SimulatedCluster(world, Scenario.parse("nodes=3 faults=none"), timeline, _ -> false);
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
    await("the cluster forms", cluster::allReady);
    VirtualNode machine = world.node(SimulatedCluster.CLIENTS);
    TopicSetUp topic = new TopicSetUp(machine, cluster.bootstrap(), TOPIC, PARTITIONS, 3);
    topic.start();
    await("the topic", topic::isDone);
    for (int i = 0; i < PARTITIONS; i++) {
      SteadyClient client =
          new SteadyClient(machine, cluster.bootstrap(), TOPIC, i, CLIENT_PATIENCE_MS);
      clients.add(client);
      client.start();
    }
    world.runFor(CALM_NANOS);
    clients.forEach(SteadyClient::forgetGaps);
    for (SimulatedNode node : cluster.nodes()) {
      long began = world.nanos();
      if (cleanly) {
        node.stop();
      } else {
        node.kill();
      }
      await("its end", () -> !node.isUp());
      longestStopNanos = Math.max(longestStopNanos, world.nanos() - began);
      await("the others know", () -> isOutForAll(node.id()));
      longestFenceNanos = Math.max(longestFenceNanos, world.nanos() - began);
      world.runFor(CALM_NANOS);
      tell(node.name() + (cleanly ? " stopped" : " killed"));
      node.start();
      await("all are whole", cluster::isWhole);
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

  private void await(String what, BooleanSupplier condition) {
    long end = world.nanos() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (world.nanos() >= end) {
        throw new InvariantBroken("Progress", "waited in vain for: " + what);
      }
      world.runFor(SECOND / 100);
    }
  }
}
