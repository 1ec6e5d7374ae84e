package io.millrace.acceptance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Suite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random faults, drawn from a printed seed, under load: nothing acknowledged is lost, doubled,
/// reordered or invented, committed offsets never go back, and after each fault all writers go on.
/// On demand: `-Pchaos` makes fifty faults in network namespaces, `-Dacceptance.excluded=none` six
/// over proxies.
@Tag("chaos")
class ChaosTest {
  private static final int SHORTEST_MS = 1_500;
  private static final int LONGEST_MS = 8_000;
  private static final int LONGEST_CALM_MS = 5_000;
  private static final Duration WHOLE_PATIENCE = Duration.ofSeconds(240);

  private final Random random = Suite.random("chaos");
  private final List<Fault> bag = new ArrayList<>();
  private final long start = System.nanoTime();

  @Test
  void losesNothingUnderRandomFaults() {
    String topic = "chaos";
    try (Cluster cluster = new Cluster(Suite.inNamespaces())) {
      cluster.start();
      say("the nodes lie in " + cluster.directory());
      try (Load load = new Load(cluster, topic)) {
        for (int i = 1; i <= Suite.faults(); i++) {
          strike(cluster, topic, i);
          load.awaitProgress();
          say("all writers go on; " + load.ledger().acknowledged() + " acknowledged");
          if (random.nextBoolean()) {
            cluster.awaitWhole(WHOLE_PATIENCE);
            say("all replicas are in sync");
          }
          pass(random.nextInt(LONGEST_CALM_MS));
          assertThat(load.ledger().violations()).isEmpty();
        }
        cluster.awaitWhole(WHOLE_PATIENCE);
        load.finish();
        say(load.summary());
        assertThat(load.ledger().violations()).isEmpty();
        assertThat(load.givenUp()).as("records that Java producers gave up").isEmpty();
      }
      cluster.stopAndDump();
    }
  }

  /// One fault, or two that overlap; returns when they have ended.
  private void strike(Cluster cluster, String topic, int number) {
    Fault fault = next();
    int node =
        switch (fault.victim()) {
          case LEADER -> cluster.leader(topic, random.nextInt(Load.PARTITIONS));
          case CONTROLLER -> cluster.controller();
          case ANY -> 1 + random.nextInt(Cluster.NODES);
        };
    int other = 1 + (node + random.nextInt(Cluster.NODES - 1)) % Cluster.NODES;
    int lasts = SHORTEST_MS + random.nextInt(LONGEST_MS - SHORTEST_MS);
    boolean overlaps = random.nextInt(4) == 0 && fault != Fault.ALL_KILLED;
    say(number + ": " + fault + ", node " + node + " (" + other + "), " + lasts + " ms");
    fault.begin(cluster, node, other);
    if (overlaps) {
      pass(lasts / 2);
      Fault second = next();
      say(number + ": meanwhile " + second + ", node " + other);
      second.begin(cluster, other, node);
      pass(lasts / 2);
      cluster.wires().heal();
      second.end(cluster, other);
    } else {
      pass(lasts);
      cluster.wires().heal();
    }
    fault.end(cluster, node);
    cluster.nodes().stream().filter(each -> !each.isAlive()).forEach(ClusterNode::start);
    say(number + ": healed");
  }

  /// Every kind once before one comes again.
  private Fault next() {
    if (bag.isEmpty()) {
      Collections.addAll(bag, Fault.values());
      Collections.shuffle(bag, random);
    }
    return bag.removeLast();
  }

  private static void pass(int ms) {
    long end = System.nanoTime() + ms * 1_000_000L;
    Await.untilTrue(ms + " ms have passed", () -> System.nanoTime() - end >= 0);
  }

  private void say(String what) {
    System.out.printf("chaos %7.1f s  %s%n", (System.nanoTime() - start) / 1e9, what);
  }
}
