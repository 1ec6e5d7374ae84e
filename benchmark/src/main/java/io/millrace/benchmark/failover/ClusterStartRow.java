package io.millrace.benchmark.failover;

import io.millrace.benchmark.broker.BrokerCluster;
import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.proc.OtherWork;
import io.millrace.benchmark.proc.ProcStat;
import io.millrace.benchmark.proc.ProcessSnapshot;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.row.Trial;
import io.millrace.benchmark.wire.ControlConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.protocol.ApiKeys;

/// Ends all nodes of a cluster with very many partitions, cleanly or with SIGKILL, starts all of
/// them at once, and waits until every partition has a leader, then until every replica is in sync
/// again.
public final class ClusterStartRow implements ClusterRow {
  private static final int NODES = 3;

  /// A cluster that is stopped has been at rest, and has tidied up.
  private static final Duration CALM = Duration.ofSeconds(8);

  /// An answer names thousands of partitions and costs the node that gives it some milliseconds.
  private static final Duration LOOK = Duration.ofMillis(200);

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(300);

  private final boolean clean;
  private final Map<BrokerUnderTest, BrokerCluster> clusters = new HashMap<>();
  private final Map<BrokerUnderTest, ManyPartitions> contents = new HashMap<>();

  /// @param clean whether the nodes are stopped, not killed
  public ClusterStartRow(boolean clean) {
    this.clean = clean;
  }

  @Override
  public String name() {
    return clean ? "cluster-start" : "cluster-start-killed";
  }

  @Override
  public String title() {
    return "three nodes with 10,000 partitions x 3 replicas (1,000 with --quick), a record in each, "
        + (clean ? "stopped" : "killed with SIGKILL")
        + " together and started together: until all are led (metadata complete), until all replicas"
        + " are in sync (time); CPU of the three nodes";
  }

  /// Every start is a first one.
  @Override
  public boolean warms() {
    return false;
  }

  @Override
  public void prepare(Trial trial) throws IOException {
    begin(trial, NODES, clusters);
    BrokerCluster cluster = cluster(trial);
    ManyPartitions partitions =
        new ManyPartitions(cluster.bootstrap(), NODES, trial.scale().clusterPartitions());
    contents.put(trial.broker(), partitions);
    partitions.create();
    awaitInSync(cluster, partitions.count(), System.nanoTime());
    partitions.fill();
    Topology.pause(CALM);
  }

  private BrokerCluster cluster(Trial trial) {
    BrokerCluster cluster = clusters.get(trial.broker());
    if (cluster == null) {
      throw new IllegalStateException("not prepared");
    }
    return cluster;
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    BrokerCluster cluster = cluster(trial);
    ManyPartitions partitions = contents.get(trial.broker());
    if (partitions == null) {
      throw new IllegalStateException("not prepared");
    }
    long ended = System.nanoTime();
    if (clean) {
      cluster.stop();
    } else {
      cluster.kill();
    }
    double stopSeconds = secondsSince(ended);
    OtherWork otherWork = OtherWork.since(List.of());
    long begin = System.nanoTime();
    cluster.begin();
    double led = awaitInSync(cluster, partitions.count(), begin);
    double settled = secondsSince(begin);
    List<ProcessSnapshot> nodes = cluster.pids().stream().map(ProcessSnapshot::of).toList();
    double foreign = otherWork.share(cluster.pids());
    partitions.check();
    Topology.pause(CALM);
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.STOP_SECONDS, stopSeconds);
    values.put(Metric.METADATA_SECONDS, led);
    values.put(Metric.SECONDS, settled);
    values.put(Metric.CPU_SECONDS, seconds(nodes.stream().mapToLong(ProcessSnapshot::cpuTicks)));
    values.put(
        Metric.PEAK_RSS_MB,
        Trial.megabytesOfKb(nodes.stream().mapToLong(ProcessSnapshot::peakRssKb).max().orElse(0)));
    return new Measurement(
        values,
        foreign,
        "%,d partitions hold their record; CPU s of each node %s"
            .formatted(
                partitions.count(),
                nodes.stream()
                    .map(node ->
                        String.format(Locale.ROOT, "%.1f", seconds(LongStream.of(node.cpuTicks()))))
                    .collect(Collectors.joining(", "))));
  }

  private static double seconds(LongStream ticks) {
    return ticks.sum() / (double) ProcStat.TICKS_PER_SECOND;
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  /// Waits until every replica is in sync.
  ///
  /// @return after how many seconds since `begin` every partition had a leader
  private static double awaitInSync(BrokerCluster cluster, int partitions, long begin) {
    double led = 0;
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() - deadline < 0) {
      try (ControlConnection connection = new ControlConnection(cluster.node(1).address())) {
        while (System.nanoTime() - deadline < 0) {
          List<MetadataResponsePartition> all = partitions(connection);
          boolean complete = all.size() == partitions;
          if (led == 0 && complete && all.stream().allMatch(p -> p.leaderId() > 0)) {
            led = secondsSince(begin);
          }
          if (led > 0 && all.stream().allMatch(p -> p.isrNodes().size() == NODES)) {
            return led;
          }
          Topology.pause(LOOK);
        }
      } catch (IOException _) {
        // Not listening yet, or closing what it cannot serve yet.
        Topology.pause(LOOK);
      }
    }
    throw new LoadException("not every replica is in sync");
  }

  private static List<MetadataResponsePartition> partitions(ControlConnection connection)
      throws IOException {
    MetadataResponseData answer =
        (MetadataResponseData)
            connection.ask(ApiKeys.METADATA, new MetadataRequestData().setTopics(null));
    return answer.topics().stream()
        .filter(topic -> topic.name().startsWith(ManyPartitions.PREFIX))
        .flatMap(topic -> topic.partitions().stream())
        .toList();
  }

  @Override
  public void finish(Trial trial) throws IOException {
    ManyPartitions partitions = contents.remove(trial.broker());
    if (partitions != null) {
      partitions.close();
    }
    BrokerCluster cluster = clusters.remove(trial.broker());
    if (cluster != null) {
      cluster.close();
    }
  }
}
