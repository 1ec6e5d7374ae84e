package io.millrace.benchmark.replicated;

import io.millrace.benchmark.broker.BrokerCluster;
import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.failover.ClusterRow;
import io.millrace.benchmark.failover.Topology;
import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.proc.ClusterMeter;
import io.millrace.benchmark.proc.Usage;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.row.Trial;
import io.millrace.benchmark.wire.ControlConnection;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.protocol.ApiKeys;

/// An hour of all that three nodes can take, on as many cores as there are: does anybody who is
/// only busy lose the quorum's or a partition's leadership? Broken into rounds with a topic each,
/// since no disk holds an hour of it. A round's topic is new, so that each election of a leader but
/// the first shows in its epochs; a broker that is fenced loses what it leads.
public final class SteadyRow implements ClusterRow {
  private static final double ROUND_SECONDS = 20;
  private static final long MOST_RECORDS = (8L << 30) / Flow.RECORD_BYTES;
  private static final int DIGITS = 2;

  private final Map<BrokerUnderTest, BrokerCluster> clusters = new HashMap<>();

  @Override
  public String name() {
    return "replicated-hour";
  }

  @Override
  public String title() {
    return "three nodes, 6 partitions x 3 replicas, acks=all, idempotent: a Java producer as fast as"
        + " it goes and a consumer, for an hour (a minute with --quick): elections of the quorum"
        + " and of partitions, and what it cost";
  }

  @Override
  public int mostRuns() {
    return 1;
  }

  @Override
  public boolean warms() {
    return false;
  }

  @Override
  public void prepare(Trial trial) throws IOException {
    begin(trial, ReplicatedRow.NODES, clusters);
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    BrokerCluster cluster = Objects.requireNonNull(clusters.get(trial.broker()), "not prepared");
    long records = 0;
    int elections = 0;
    int rounds = 0;
    int epoch;
    try (Topology quorum = new Topology(cluster.bootstrap(), name())) {
      quorum.awaitNodes(ReplicatedRow.NODES);
      epoch = quorum.quorumEpoch();
    }
    ClusterMeter meter = ClusterMeter.start(cluster.pids());
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < trial.scale().steadySeconds() * 1e9) {
      String topic = name() + "-" + ++rounds;
      try (Topology topology = new Topology(cluster.bootstrap(), topic)) {
        topology.createTopic(ReplicatedRow.replicas());
        topology.awaitEach(
            "replicas in sync",
            state -> state.leader() > 0 && state.isr().size() == ReplicatedRow.NODES);
        records += round(cluster, topic);
        int now = topology.quorumEpoch();
        elections += elections(cluster, topic) + now - epoch;
        epoch = now;
        topology.deleteTopic();
      }
    }
    Usage usage = meter.stop();
    Map<Metric, Double> values = Trial.costs(usage, 0, records * Flow.RECORD_BYTES);
    values.put(Metric.MEGABYTES_PER_SECOND, records * Flow.RECORD_BYTES / 1e6 / usage.seconds());
    values.put(Metric.ELECTIONS, (double) elections);
    return new Measurement(
        values,
        usage.foreign(),
        "%,d records in %d rounds, %.0f s, read while they were written; %d elections"
            .formatted(records, rounds, usage.seconds(), elections));
  }

  private static long round(BrokerCluster cluster, String topic) {
    Ledger acknowledged = new Ledger(ReplicatedRow.PARTITIONS);
    Ledger read = new Ledger(ReplicatedRow.PARTITIONS);
    try (Flow flow = new Flow(cluster.bootstrap(), topic, acknowledged, 5);
        TailConsumer consumer =
            new TailConsumer(cluster.bootstrap(), topic, read, new Histogram(DIGITS))) {
      long records = flow.pour(ROUND_SECONDS, MOST_RECORDS);
      consumer.awaitAll(acknowledged.records());
      acknowledged.mustEqual(read);
      return records;
    }
  }

  private static int elections(BrokerCluster cluster, String topic) throws IOException {
    try (ControlConnection connection = new ControlConnection(cluster.node(1).address())) {
      MetadataResponseData answer =
          (MetadataResponseData)
              connection.ask(
                  ApiKeys.METADATA,
                  new MetadataRequestData()
                      .setTopics(List.of(new MetadataRequestTopic().setName(topic))));
      var partitions = answer.topics().stream().flatMap(it -> it.partitions().stream()).toList();
      if (partitions.size() != ReplicatedRow.PARTITIONS) {
        throw new LoadException(topic + " has " + partitions.size() + " partitions");
      }
      return partitions.stream().mapToInt(MetadataResponsePartition::leaderEpoch).sum();
    }
  }

  @Override
  public void finish(Trial trial) throws IOException {
    BrokerCluster cluster = clusters.remove(trial.broker());
    if (cluster != null) {
      cluster.close();
    }
  }
}
