package io.millrace.simulation;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.audit.Timeline;
import io.millrace.simulation.client.SteadyClient;
import io.millrace.simulation.client.TopicSetUp;
import io.millrace.simulation.cluster.SimulatedCluster;
import io.millrace.simulation.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// A cluster to which nothing happens but what a run does to it on purpose, and a topic with three
/// replicas and a steady client a partition: what [HandoverRun], [FreezeRun] and [BalanceRun] have
/// in common.
final class SteadyCluster {

  static final long SECOND = 1_000_000_000L;

  private static final long PATIENCE_NANOS = 120 * SECOND;
  private static final long STEP_NANOS = SECOND / 100;
  private static final int REPLICAS = 3;
  private static final String TOPIC = "orders";

  final VirtualWorld world;
  final SimulatedCluster cluster;
  final List<SteadyClient> clients = new ArrayList<>();

  /// @param properties of every node, beside those of any cluster
  SteadyCluster(long seed, int nodes, Map<String, String> properties) {
    world = VirtualWorld.builder(seed).loops(2).build();
    cluster =
        new SimulatedCluster(
            world,
            Scenario.parse("nodes=" + nodes + " faults=none"),
            new Timeline(world::nanos),
            _ -> false,
            properties);
  }

  /// Makes the topic and starts the clients.
  ///
  /// @param patienceMs of a client with a connection that does not answer
  void serve(int partitions, int patienceMs) {
    VirtualNode machine = world.node(SimulatedCluster.CLIENTS);
    TopicSetUp topic = new TopicSetUp(machine, cluster.bootstrap(), TOPIC, partitions, REPLICAS);
    topic.start();
    await("the topic", topic::isDone);
    for (int i = 0; i < partitions; i++) {
      SteadyClient client = new SteadyClient(machine, cluster.bootstrap(), TOPIC, i, patienceMs);
      clients.add(client);
      client.start();
    }
  }

  void await(String what, BooleanSupplier condition) {
    long end = world.nanos() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (world.nanos() >= end) {
        throw new InvariantBroken("Progress", "waited in vain for: " + what);
      }
      world.runFor(STEP_NANOS);
    }
  }
}
