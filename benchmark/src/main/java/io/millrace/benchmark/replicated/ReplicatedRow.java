package io.millrace.benchmark.replicated;

import io.millrace.benchmark.broker.BrokerCluster;
import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.failover.ClusterRow;
import io.millrace.benchmark.failover.Topology;
import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.proc.ClusterMeter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.row.Trial;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// One Java producer with `acks=all` and a topic of six partitions on three nodes: what all brokers
/// spend together, and how long records take to a consumer.
public final class ReplicatedRow implements ClusterRow {
  static final int NODES = 3;
  static final int PARTITIONS = 6;
  private static final int DIGITS = 3;
  private static final double NANOS_PER_MS = 1e6;

  /// As fast as the brokers take it; and slow enough that they have time.
  public enum Pace {
    BULK(0, 5),
    LATENCY(2_000, 0);

    private final double perSecond;
    private final int lingerMs;

    Pace(double perSecond, int lingerMs) {
      this.perSecond = perSecond;
      this.lingerMs = lingerMs;
    }
  }

  private final Pace pace;
  private final Map<BrokerUnderTest, BrokerCluster> clusters = new HashMap<>();

  public ReplicatedRow(Pace pace) {
    this.pace = pace;
  }

  @Override
  public String name() {
    return pace == Pace.BULK ? "replicated-bulk" : "replicated-latency";
  }

  @Override
  public String title() {
    String load =
        pace == Pace.BULK
            ? "a Java producer of records of 1 KiB in batches of up to 64 KiB"
            : "a Java producer of 2,000 records/s of 1 KiB without linger and a consumer, from due"
                + " to its arrival there";
    return "three nodes, 6 partitions x 3 replicas, acks=all, idempotent: "
        + load
        + "; CPU of all brokers together, memory of the largest";
  }

  @Override
  public void prepare(Trial trial) throws IOException {
    begin(trial, NODES, clusters);
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    BrokerCluster cluster = clusters.get(trial.broker());
    if (cluster == null) {
      throw new IllegalStateException("not prepared");
    }
    String name = name() + "-" + trial.number();
    try (Topology topology = new Topology(cluster.bootstrap(), name)) {
      topology.awaitNodes(NODES);
      topology.createTopic(replicas());
      topology.awaitEach(
          "replicas in sync", state -> state.leader() > 0 && state.isr().size() == NODES);
      Measurement measured = run(trial, cluster, name);
      topology.deleteTopic();
      return measured;
    }
  }

  static Map<Integer, List<Integer>> replicas() {
    Map<Integer, List<Integer>> replicas = new HashMap<>();
    for (int i = 0; i < PARTITIONS; i++) {
      int first = i % NODES;
      replicas.put(i, List.of(first + 1, (first + 1) % NODES + 1, (first + 2) % NODES + 1));
    }
    return replicas;
  }

  private Measurement run(Trial trial, BrokerCluster cluster, String topic) {
    Ledger acknowledged = new Ledger(PARTITIONS);
    Ledger read = new Ledger(PARTITIONS);
    try (Flow flow = new Flow(cluster.bootstrap(), topic, acknowledged, pace.lingerMs)) {
      return pace == Pace.BULK
          ? bulk(trial, cluster, topic, flow, acknowledged, read)
          : paced(trial, cluster, topic, flow, acknowledged, read);
    }
  }

  private static Measurement bulk(
      Trial trial,
      BrokerCluster cluster,
      String topic,
      Flow flow,
      Ledger acknowledged,
      Ledger read) {
    long most = trial.scale().bulkBytes() / Flow.RECORD_BYTES;
    flow.pour(trial.scale().warmSeconds(), most);
    ClusterMeter meter = ClusterMeter.start(cluster.pids());
    long records = flow.pour(trial.scale().seconds(), most);
    Usage usage = meter.stop();
    readBack(cluster, topic, acknowledged, read);
    Map<Metric, Double> values = Trial.costs(usage, 0, records * Flow.RECORD_BYTES);
    values.put(Metric.MEGABYTES_PER_SECOND, records * Flow.RECORD_BYTES / 1e6 / usage.seconds());
    return new Measurement(values, usage.foreign(), checked(read));
  }

  private static void readBack(
      BrokerCluster cluster, String topic, Ledger acknowledged, Ledger read) {
    try (TailConsumer consumer =
        new TailConsumer(cluster.bootstrap(), topic, read, new Histogram(DIGITS))) {
      consumer.awaitAll(acknowledged.records());
    }
    acknowledged.mustEqual(read);
  }

  private Measurement paced(
      Trial trial,
      BrokerCluster cluster,
      String topic,
      Flow flow,
      Ledger acknowledged,
      Ledger read) {
    Histogram ages = new Histogram(DIGITS);
    Usage usage;
    long records;
    try (TailConsumer consumer =
        new TailConsumer(cluster.bootstrap(), topic, read, new Histogram(DIGITS))) {
      flow.drip(trial.scale().warmSeconds(), pace.perSecond);
      consumer.note(ages);
      ClusterMeter meter = ClusterMeter.start(cluster.pids());
      records = flow.drip(trial.scale().seconds(), pace.perSecond);
      usage = meter.stop();
      consumer.awaitAll(acknowledged.records());
    }
    acknowledged.mustEqual(read);
    Map<Metric, Double> values = Trial.costs(usage, records, records * Flow.RECORD_BYTES);
    values.put(Metric.CPU_PERCENT, 100 * usage.brokerCpuSeconds() / usage.seconds());
    values.put(Metric.P50_MS, ages.getValueAtPercentile(50) / NANOS_PER_MS);
    values.put(Metric.P90_MS, ages.getValueAtPercentile(90) / NANOS_PER_MS);
    values.put(Metric.P99_MS, ages.getValueAtPercentile(99) / NANOS_PER_MS);
    values.put(Metric.P999_MS, ages.getValueAtPercentile(99.9) / NANOS_PER_MS);
    return new Measurement(values, usage.foreign(), checked(read));
  }

  private static String checked(Ledger read) {
    return "%,d records read back".formatted(read.records());
  }

  @Override
  public void finish(Trial trial) throws IOException {
    BrokerCluster cluster = clusters.remove(trial.broker());
    if (cluster != null) {
      cluster.close();
    }
  }
}
