package io.millrace.server.metrics;

import io.millrace.replication.PartitionStatus;
import io.millrace.replication.TopicTable;
import io.millrace.server.metrics.Exposition.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/// What the partitions of this broker have done and how they are: Kafka's `BrokerTopicMetrics`,
/// `ReplicaManager` and `Log`.
public final class PartitionFigures implements MetricSource {

  private final Supplier<TopicTable> hosted;

  /// @param hosted what this broker has; asked at each scrape
  public PartitionFigures(Supplier<TopicTable> hosted) {
    this.hosted = hosted;
  }

  @Override
  public void write(Exposition out) {
    List<PartitionStatus> all = new ArrayList<>();
    hosted.get().partitions().forEach(partition -> all.add(partition.status()));
    topics(out, all);
    replicas(out, all);
    logs(out, all);
    followers(out, all);
  }

  private static void topics(Exposition out, List<PartitionStatus> all) {
    perTopic(out, all, "messagesin", "Records appended for clients.", PartitionStatus::recordsIn);
    perTopic(out, all, "bytesin", "Bytes appended for clients.", PartitionStatus::bytesIn);
    perTopic(out, all, "bytesout", "Bytes read by clients.", PartitionStatus::bytesOut);
    perTopic(
        out,
        all,
        "replicationbytesout",
        "Bytes read by followers.",
        PartitionStatus::replicationBytesOut);
    perTopic(
        out,
        all,
        "replicationbytesin",
        "Bytes copied from leaders.",
        PartitionStatus::replicationBytesIn);
  }

  /// The sum over all topics, without a label, and then each topic.
  private static void perTopic(
      Exposition out,
      List<PartitionStatus> all,
      String name,
      String help,
      ToLongFunction<PartitionStatus> of) {
    SortedMap<String, Long> sums = new TreeMap<>();
    for (PartitionStatus status : all) {
      sums.merge(status.partition().topic(), of.applyAsLong(status), Long::sum);
    }
    out.family("kafka_server_brokertopicmetrics_" + name + "_total", Kind.COUNTER, help);
    out.sample(sums.values().stream().mapToLong(Long::longValue).sum());
    sums.forEach((topic, sum) -> out.sample(sum, "topic", topic));
  }

  private static void replicas(Exposition out, List<PartitionStatus> all) {
    long leaders = all.stream().filter(PartitionStatus::leads).count();
    gauge(out, "partitioncount", "Replicas on this broker.", all.size());
    gauge(out, "leadercount", "Partitions that this broker leads.", leaders);
    gauge(
        out,
        "underreplicatedpartitions",
        "Led partitions with fewer replicas in sync than assigned.",
        all.stream().filter(PartitionStatus::isUnderReplicated).count());
    gauge(
        out,
        "underminisrpartitioncount",
        "Led partitions that refuse acks=all.",
        all.stream().filter(PartitionStatus::isUnderMinIsr).count());
    gauge(
        out,
        "atminisrpartitioncount",
        "Led partitions that would refuse acks=all with one replica less.",
        all.stream().filter(PartitionStatus::isAtMinIsr).count());
    gauge(
        out,
        "offlinereplicacount",
        "Replicas whose log directory is lost.",
        all.stream().filter(PartitionStatus::offline).count());
    out.single(
        "kafka_server_replicamanager_isrshrinks_total",
        Kind.COUNTER,
        "Times that a replica left the ISR of a led partition.",
        all.stream().mapToLong(PartitionStatus::isrShrinks).sum());
    out.single(
        "kafka_server_replicamanager_isrexpands_total",
        Kind.COUNTER,
        "Times that a replica joined the ISR of a led partition.",
        all.stream().mapToLong(PartitionStatus::isrExpands).sum());
  }

  private static void gauge(Exposition out, String name, String help, long value) {
    out.single("kafka_server_replicamanager_" + name, Kind.GAUGE, help, value);
  }

  private static void logs(Exposition out, List<PartitionStatus> all) {
    perPartition(out, all, "logstartoffset", "First offset.", PartitionStatus::logStartOffset);
    perPartition(
        out, all, "logendoffset", "Offset of the next record.", PartitionStatus::logEndOffset);
    perPartition(out, all, "size", "Bytes on disk.", PartitionStatus::bytes);
  }

  private static void perPartition(
      Exposition out,
      List<PartitionStatus> all,
      String name,
      String help,
      ToDoubleFunction<PartitionStatus> of) {
    out.family("kafka_log_log_" + name, Kind.GAUGE, help);
    for (PartitionStatus status : all) {
      out.sample(
          of.applyAsDouble(status),
          "topic",
          status.partition().topic(),
          "partition",
          Integer.toString(status.partition().partition()));
    }
  }

  /// Seen from the leader, where a follower that is dead shows, too.
  private static void followers(Exposition out, List<PartitionStatus> all) {
    SortedMap<Integer, Long> lags = new TreeMap<>();
    for (PartitionStatus status : all) {
      status.followerLags().forEach((broker, lag) -> lags.merge(broker, lag, Math::max));
    }
    out.family(
        "millrace_follower_max_lag",
        Kind.GAUGE,
        "Records that a follower lacks of a partition led here, the largest over all partitions.");
    lags.forEach((broker, lag) -> out.sample(lag, "broker", Integer.toString(broker)));
  }
}
