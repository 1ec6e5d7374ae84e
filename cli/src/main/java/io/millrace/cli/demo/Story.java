package io.millrace.cli.demo;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.cluster.LocalCluster;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The story: orders flow, the scenes happen one after the other, and after each one the replicas
/// must be whole again.
final class Story {
  private static final int NODES = 3;
  private static final int MEMBERS = 2;
  private static final int CALM_MS = 2_000;
  private static final int FROZEN_MS = 5_000;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int LOOK_MS = 10;

  /// What a scene cost.
  ///
  /// @param gapMs the longest time without an acknowledgement, by partition
  record Outcome(Scene scene, int node, long[] gapMs) {
    long longestMs() {
      return Arrays.stream(gapMs).max().orElse(0);
    }
  }

  private final LocalCluster cluster;
  private final DemoTopic topic;
  private final OrderLedger ledger = new OrderLedger();
  private final AckGaps gaps = new AckGaps(DemoTopic.PARTITIONS, System.nanoTime());
  private final Watch watch;
  private final List<Shop> shops = new ArrayList<>();
  private final List<Fulfilment> members = new ArrayList<>();
  private final List<Thread> shopThreads = new ArrayList<>();
  private final List<Thread> otherThreads = new ArrayList<>();

  /// @param ordersPerSecond of each partition
  Story(Console console, LocalCluster cluster, DemoTopic topic, int ordersPerSecond) {
    this.cluster = cluster;
    this.topic = topic;
    this.watch = new Watch(console, topic, ledger, gaps);
    String bootstrap = cluster.bootstrap();
    for (int i = 0; i < DemoTopic.PARTITIONS; i++) {
      shops.add(new Shop(bootstrap, i, ordersPerSecond, ledger, gaps));
    }
    for (int i = 0; i < MEMBERS; i++) {
      members.add(new Fulfilment(bootstrap, i, ledger));
    }
  }

  /// Lets orders flow until every partition acknowledges and the group has its members.
  void begin() throws InterruptedException {
    members.forEach(member -> start(otherThreads, "fulfilment", member));
    start(otherThreads, "watch", watch);
    shops.forEach(shop -> start(shopThreads, "shop", shop));
    await("the first orders arrive", _ -> ledger.arrived() > 0);
    awaitWhole();
    TimeUnit.MILLISECONDS.sleep(CALM_MS);
  }

  private static void start(List<Thread> threads, String name, Runnable work) {
    threads.add(Thread.ofPlatform().name("demo-" + name).daemon().start(work));
  }

  Outcome play(Scene scene) throws InterruptedException {
    watch.say("");
    watch.say(scene.title() + ".");
    gaps.reset();
    int node =
        switch (scene) {
          case LEADER -> kill(watch.latest().getFirst().leader());
          case CONTROLLER -> kill(topic.activeController());
          case FROZEN -> freeze(watch.latest().getFirst().leader());
          case ROLLING -> restartAll();
        };
    TimeUnit.MILLISECONDS.sleep(CALM_MS);
    Outcome outcome = new Outcome(scene, node, gaps.millis(System.nanoTime()));
    watch.say("The longest gap was " + outcome.longestMs() + " ms. The replicas are whole again.");
    return outcome;
  }

  private int kill(int node) throws InterruptedException {
    cluster.kill(node);
    watch.say("Node " + node + " is dead.");
    awaitGone(node);
    TimeUnit.MILLISECONDS.sleep(CALM_MS);
    cluster.restart(node);
    watch.say("Node " + node + " is started again.");
    awaitWhole();
    return node;
  }

  private int freeze(int node) throws InterruptedException {
    cluster.pause(node);
    awaitGone(node);
    TimeUnit.MILLISECONDS.sleep(FROZEN_MS);
    cluster.resume(node);
    watch.say("Node " + node + " wakes up and believes that it leads.");
    awaitWhole();
    return node;
  }

  private int restartAll() throws InterruptedException {
    for (int node = 1; node <= NODES; node++) {
      cluster.restart(node);
      watch.say("Node " + node + " was restarted.");
      awaitWhole();
    }
    return 0;
  }

  /// Until somebody else leads everything, and the node is in no ISR.
  private void awaitGone(int node) throws InterruptedException {
    await(
        "the others take over from node " + node,
        now ->
            now.stream()
                .allMatch(state ->
                    state.leader() > 0 && state.leader() != node && !state.isr().contains(node)));
  }

  private void awaitWhole() throws InterruptedException {
    await(
        "all replicas are in sync",
        now ->
            !now.isEmpty()
                && now.stream()
                    .allMatch(state -> state.leader() > 0 && state.isr().size() == NODES));
  }

  private void await(String what, Predicate<List<DemoTopic.State>> reached)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!reached.test(watch.latest())) {
      if (System.nanoTime() - deadline > 0) {
        throw CommandFailure.failed(
            "waited in vain until " + what, "the nodes' output lies in the demo's directory");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
  }

  /// Takes no more orders, and waits until all that were acknowledged have arrived.
  OrderLedger finish() throws InterruptedException {
    shops.forEach(Shop::close);
    for (Thread thread : shopThreads) {
      thread.join();
    }
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!ledger.isComplete() && System.nanoTime() - deadline < 0) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
    end();
    return ledger;
  }

  /// Ends all threads.
  void end() throws InterruptedException {
    shops.forEach(Shop::close);
    members.forEach(Fulfilment::close);
    watch.close();
    for (Thread thread : otherThreads) {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    }
    watch.say("");
  }
}
