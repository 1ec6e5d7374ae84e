package io.millrace.server.metrics;

import io.millrace.server.api.ClusterView;
import io.millrace.server.metrics.Exposition.Kind;

/// How far this node has followed the metadata, and who leads the quorum as far as it knows:
/// Kafka's `broker-metadata-metrics`, and `KafkaServer`'s state.
public final class ClusterFigures implements MetricSource {

  private final ClusterView cluster;

  public ClusterFigures(ClusterView cluster) {
    this.cluster = cluster;
  }

  @Override
  public void write(Exposition out) {
    var image = cluster.image();
    out.single(
        "kafka_server_broker_metadata_metrics_last_applied_record_offset",
        Kind.GAUGE,
        "The metadata record that this node shows.",
        image.highestOffsetAndEpoch().offset());
    out.single(
        "kafka_server_broker_metadata_metrics_last_applied_record_timestamp",
        Kind.GAUGE,
        "Its time, milliseconds since 1970.",
        image.provenance().lastContainedLogTimeMs());
    out.single(
        "millrace_quorum_leader",
        Kind.GAUGE,
        "The node that leads the metadata quorum, -1 for none.",
        cluster.quorumLeader());
    long fenced =
        image.cluster().brokers().values().stream().filter(broker -> broker.fenced()).count();
    out.single(
        "millrace_cluster_brokers",
        Kind.GAUGE,
        "Registered brokers, fenced ones too.",
        image.cluster().brokers().size());
    out.single("millrace_cluster_fenced_brokers", Kind.GAUGE, "Fenced brokers.", fenced);
  }
}
