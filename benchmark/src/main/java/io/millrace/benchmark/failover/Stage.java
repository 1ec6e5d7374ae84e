package io.millrace.benchmark.failover;

import io.millrace.benchmark.broker.BrokerCluster;
import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.load.LoadException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// A cluster of three nodes, a topic with a partition led by each, and a producer a partition that
/// never stops. Lives from blow to blow.
final class Stage implements AutoCloseable {
  static final int NODES = 3;
  private static final String TOPIC = "failover";

  /// How long everything is left alone before a blow, and after it before it is undone.
  private static final Duration CALM = Duration.ofMillis(1_500);

  private final BrokerCluster cluster;
  private final Topology topology;
  private final List<AckBook> books = new ArrayList<>();
  private final List<SteadyProducer> producers = new ArrayList<>();
  private final PartitionReader reader;
  private final Chronicle chronicle = new Chronicle();
  private int blows;

  private Stage(BrokerCluster cluster) {
    this.cluster = cluster;
    this.topology = new Topology(cluster.bootstrap(), TOPIC);
    for (int i = 0; i < NODES; i++) {
      books.add(new AckBook(i, System.nanoTime()));
    }
    this.reader = new PartitionReader(cluster.bootstrap(), TOPIC, books);
  }

  static Stage set(BrokerCluster cluster) {
    return new Stage(cluster);
  }

  /// Starts the nodes and the producers.
  void open() throws IOException {
    cluster.begin();
    topology.awaitNodes(NODES);
    topology.createTopic(NODES);
    awaitWhole();
    for (int i = 0; i < NODES; i++) {
      producers.add(new SteadyProducer(cluster.bootstrap(), TOPIC, i, books.get(i)));
    }
    awaitAcknowledgements();
  }

  /// Every replica in sync, every partition at its first replica, producers served; then calm.
  void makeWhole() {
    awaitWhole();
    topology.electPreferred();
    topology.awaitEach("preferred leaders", state -> state.leader() > 0);
    awaitAcknowledgements();
    Topology.pause(CALM);
  }

  /// Deals the blow and makes everything whole again.
  ///
  /// @return the longest gap of each partition
  List<AckBook.Gap> suffer(Blow blow) throws IOException {
    int controller = topology.activeController();
    // Turn by turn each of the others.
    int other = (controller + blows++ % (NODES - 1)) % NODES + 1;
    chronicle.clear();
    books.forEach(AckBook::forgetGaps);
    return switch (blow) {
      case BROKER -> kill(other);
      case CONTROLLER -> kill(controller);
      case FROZEN -> freeze(other);
      case FROZEN_CONTROLLER -> freeze(controller);
      case ROLLING -> restartAll();
    };
  }

  private List<AckBook.Gap> kill(int id) throws IOException {
    note(id, "is killed");
    cluster.node(id).kill();
    awaitWithout(id);
    List<AckBook.Gap> gaps = gaps();
    cluster.node(id).start();
    awaitWhole();
    return gaps;
  }

  private List<AckBook.Gap> freeze(int id) throws IOException {
    note(id, "is frozen");
    cluster.node(id).freeze();
    try {
      awaitWithout(id);
      return gaps();
    } finally {
      cluster.node(id).thaw();
      awaitWhole();
    }
  }

  private List<AckBook.Gap> restartAll() throws IOException {
    for (int id = 1; id <= NODES; id++) {
      BrokerUnderTest node = cluster.node(id);
      note(id, "stops");
      node.stop();
      note(id, "has ended and starts");
      node.start();
      note(id, "answers");
      awaitWhole();
      note(id, "is in sync");
    }
    awaitAcknowledgements();
    return gaps();
  }

  private List<AckBook.Gap> gaps() {
    long now = System.nanoTime();
    return books.stream().map(book -> book.longestGap(now)).toList();
  }

  /// What was done to the nodes shortly before and during a gap of the last blow.
  String around(AckBook.Gap gap) {
    return chronicle.around(gap);
  }

  private void note(int id, String what) {
    chronicle.note(System.nanoTime(), "node " + id + " " + what);
  }

  /// Until others lead everything and acknowledge again, and then for some calm time.
  private void awaitWithout(int id) {
    topology.awaitEach(
        "the others to take over from node " + id,
        state -> state.leader() > 0 && state.leader() != id && !state.isr().contains(id));
    awaitAcknowledgements();
    Topology.pause(CALM);
  }

  private void awaitWhole() {
    topology.awaitEach(
        "all replicas in sync", state -> state.leader() > 0 && state.isr().size() == NODES);
  }

  private void awaitAcknowledgements() {
    long now = System.nanoTime();
    Topology.await(
        "acknowledgements of every partition",
        () -> {
          mustNotHaveFailed();
          return books.stream().allMatch(book -> book.hasAcknowledgedSince(now));
        });
  }

  private void mustNotHaveFailed() {
    for (SteadyProducer producer : producers) {
      Exception failure = producer.failure();
      if (failure != null) {
        throw new LoadException("a record was refused for good", failure);
      }
    }
  }

  /// Fails where a record that is acknowledged by now is missing, or any is stored twice.
  String check() {
    List<BitSet> acknowledged = books.stream().map(AckBook::acknowledged).toList();
    reader.readAcknowledged();
    for (int i = 0; i < NODES; i++) {
      books.get(i).mustHoldAll(acknowledged.get(i));
    }
    return "%,d records read back so far"
        .formatted(books.stream().mapToLong(AckBook::readRecords).sum());
  }

  List<Long> pids() {
    return cluster.pids();
  }

  @Override
  public void close() throws IOException {
    producers.forEach(SteadyProducer::close);
    reader.close();
    topology.close();
    cluster.close();
  }
}
