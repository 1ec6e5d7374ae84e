package io.millrace.simulation;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// One node that is killed, or loses its power, again and again while idempotent producers write to
/// it; then everything is read back and held against what they were promised. Two phases: chaos,
/// then quiet, in which everything must come to an end in bounded virtual time.
public final class OneNodeRun {

  private static final long SECOND = 1_000_000_000L;

  /// What a run came to.
  ///
  /// @param trace hash over all events; equal for equal seeds
  public record Result(long trace, int acknowledged, int crashes, long virtualNanos) {}

  private final VirtualWorld world;
  private final SimulatedNode node;
  private final RandomGenerator chaos;
  private final boolean power;
  private int crashes;

  private OneNodeRun(long seed, boolean power) {
    this.world = VirtualWorld.builder(seed).loops(2).build();
    this.power = power;
    // Without fsync an acknowledged record survives kill -9, with it a power failure, too.
    Map<String, String> settings = power ? Map.of("log.flush.interval.messages", "1") : Map.of();
    this.node = new SimulatedNode(world, "n1", 1, settings);
    this.chaos = world.node("clients").entropy().stream("chaos");
  }

  /// @param power whether the machine loses its power, rather than the process being killed
  public static Result run(long seed, boolean power, int chaosSeconds) {
    return new OneNodeRun(seed, power).run(chaosSeconds);
  }

  private Result run(int chaosSeconds) {
    VirtualNode clients = world.node("clients");
    List<SimulatedProducer> producers = new ArrayList<>();
    for (int partition = 0; partition < 3; partition++) {
      producers.add(
          new SimulatedProducer(
              clients, "n1", "orders", partition, (short) (partition == 0 ? 1 : -1)));
    }
    node.start();
    producers.forEach(SimulatedProducer::start);
    long end = world.nanos() + chaosSeconds * SECOND;
    while (world.nanos() < end) {
      world.runFor(SECOND / 2 + chaos.nextLong(3 * SECOND));
      crash();
      world.runFor(SECOND / 10 + chaos.nextLong(SECOND));
      node.start();
    }
    producers.forEach(SimulatedProducer::stop);
    try {
      world.runUntil(() -> producers.stream().allMatch(SimulatedProducer::isIdle), 60 * SECOND);
    } catch (AssertionError e) {
      throw new AssertionError("Progress: " + producers, e);
    }
    int acknowledged = 0;
    for (SimulatedProducer producer : producers) {
      acknowledged += producer.acknowledged().size();
      LogAudit audit = new LogAudit(clients, "n1", producer.topic(), producer.partition());
      audit.start();
      world.runUntil(audit::isDone, 60 * SECOND);
      audit.check(producer);
    }
    return new Result(world.trace().hash(), acknowledged, crashes, world.nanos());
  }

  private void crash() {
    crashes++;
    if (power) {
      node.powerOff();
    } else {
      node.kill();
    }
  }
}
