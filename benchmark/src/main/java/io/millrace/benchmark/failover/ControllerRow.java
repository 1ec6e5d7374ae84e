package io.millrace.benchmark.failover;

import io.millrace.benchmark.broker.BrokerCluster;
import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.proc.OtherWork;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.row.Trial;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Kills the active controller where it has no partition: how long no metadata can be changed, and
/// how long producers, who need no controller, go without an acknowledgement.
public final class ControllerRow implements ClusterRow {
  private static final Duration CALM = Duration.ofMillis(1_500);

  private final Map<BrokerUnderTest, BrokerCluster> clusters = new HashMap<>();
  private int runs;

  @Override
  public String name() {
    return "failover-metadata";
  }

  @Override
  public String title() {
    return "three nodes, the active controller has no partition and gets SIGKILL: longest time"
        + " between two changes of a topic's settings";
  }

  @Override
  public void prepare(Trial trial) throws IOException {
    begin(trial, Stage.NODES, clusters);
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    BrokerCluster cluster = clusters.get(trial.broker());
    if (cluster == null) {
      throw new IllegalStateException("not prepared");
    }
    String topic = "metadata-" + runs++;
    try (Topology topology = new Topology(cluster.bootstrap(), topic)) {
      topology.awaitNodes(Stage.NODES);
      return run(cluster, topology, topic);
    }
  }

  private static Measurement run(BrokerCluster cluster, Topology topology, String topic)
      throws IOException {
    int controller = topology.activeController();
    int one = controller % Stage.NODES + 1;
    int other = one % Stage.NODES + 1;
    topology.createTopic(Map.of(0, List.of(one, other), 1, List.of(other, one)));
    topology.awaitEach("replicas in sync", state -> state.leader() > 0 && state.isr().size() == 2);
    List<AckBook> books = new ArrayList<>();
    List<SteadyProducer> producers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      books.add(new AckBook(i, System.nanoTime()));
    }
    try (PartitionReader reader = new PartitionReader(cluster.bootstrap(), topic, books)) {
      for (int i = 0; i < books.size(); i++) {
        producers.add(new SteadyProducer(cluster.bootstrap(), topic, i, books.get(i)));
      }
      changeFor(topology, CALM);
      books.forEach(AckBook::forgetGaps);
      OtherWork otherWork = OtherWork.since(cluster.pids());
      cluster.node(controller).kill();
      long metadataMs = changeFor(topology, CALM);
      long now = System.nanoTime();
      long producedMs = books.stream().mapToLong(book -> book.gapMs(now)).max().orElseThrow();
      double foreign = otherWork.share(cluster.pids());
      String checked = check(books, reader);
      cluster.node(controller).start();
      Map<Metric, Double> values =
          Map.of(
              Metric.GAP_P50_MS, (double) metadataMs,
              Metric.GAP_P99_MS, (double) metadataMs,
              Metric.GAP_MAX_MS, (double) metadataMs);
      return new Measurement(
          values, foreign, "producers' longest gap %d ms, %s".formatted(producedMs, checked));
    } finally {
      producers.forEach(SteadyProducer::close);
    }
  }

  /// Changes the topic's settings again and again: for some calm time, and until it has succeeded
  /// after that.
  ///
  /// @return the longest time between two changes in milliseconds
  private static long changeFor(Topology topology, Duration calm) {
    AckBook changes = new AckBook(0, System.nanoTime());
    long end = System.nanoTime() + calm.toNanos();
    for (int i = 0; System.nanoTime() - end < 0 || !changes.hasAcknowledgedSince(end); i++) {
      int number = i;
      topology.changeTopic(number);
      changes.acknowledge(number, number, System.nanoTime());
    }
    return changes.gapMs(System.nanoTime());
  }

  private static String check(List<AckBook> books, PartitionReader reader) {
    List<BitSet> acknowledged = books.stream().map(AckBook::acknowledged).toList();
    if (acknowledged.stream().anyMatch(BitSet::isEmpty)) {
      throw new LoadException("a producer had nothing acknowledged");
    }
    reader.readAcknowledged();
    for (int i = 0; i < books.size(); i++) {
      books.get(i).mustHoldAll(acknowledged.get(i));
    }
    return "%,d records read back".formatted(books.stream().mapToLong(AckBook::readRecords).sum());
  }

  @Override
  public void finish(Trial trial) throws IOException {
    BrokerCluster cluster = clusters.remove(trial.broker());
    if (cluster != null) {
      cluster.close();
    }
  }
}
