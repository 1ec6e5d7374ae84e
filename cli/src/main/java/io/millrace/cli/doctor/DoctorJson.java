package io.millrace.cli.doctor;

import io.millrace.cli.Json;
import io.millrace.log.LastStop;
import io.millrace.log.inspect.DirectoryReport;
import io.millrace.log.inspect.Finding;
import io.millrace.log.inspect.PartitionReport;
import io.millrace.metadata.format.MetaPropertiesFile;
import io.millrace.metadata.stored.StoredExtent;
import io.millrace.metadata.stored.StoredQuorum;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.raft.ElectionState;

/// An examination as one JSON object.
final class DoctorJson {
  private DoctorJson() {}

  static Map<String, Object> of(Examination examination) {
    Map<String, Object> json = Json.object("sound", examination.isSound());
    StoredQuorum quorum = examination.quorum();
    if (quorum != null) {
      json.put("features", new LinkedHashMap<>(quorum.features()));
      json.put("metadata", metadata(quorum));
    }
    ElectionState vote = examination.vote();
    if (vote != null) {
      json.put("vote", vote(vote));
    }
    json.put(
        "directories",
        examination.reports().stream().map(report -> directory(examination, report)).toList());
    json.put(
        "findings",
        examination.findings().stream()
            .map(it ->
                Json.object(
                    "severity",
                    it.severity().name().toLowerCase(Locale.ROOT),
                    "path",
                    it.path().toString(),
                    "what",
                    it.what()))
            .toList());
    json.put(
        "start",
        Json.object(
            "refused_because",
            examination.refusals(),
            "walked_logs",
            examination.walked().size(),
            "walked_bytes",
            examination.walked().stream().mapToLong(PartitionReport::walkedBytes).sum(),
            "headers_only",
            examination.walksHeadersOnly()));
    return json;
  }

  private static Map<String, Object> metadata(StoredQuorum quorum) {
    StoredExtent extent = quorum.extent();
    Map<String, Object> json =
        Json.object(
            "start_offset", extent.startOffset(),
            "end_offset", extent.endOffset(),
            "epoch", extent.lastEpoch(),
            "unread_bytes", extent.unreadBytes());
    if (extent.snapshot() != null) {
      json.put("snapshot_offset", extent.snapshot().offset());
      json.put("snapshot_epoch", extent.snapshot().epoch());
    }
    if (quorum.voters() != null) {
      json.put("voters", quorum.voters().voterIds().stream().sorted().toList());
    }
    return json;
  }

  private static Map<String, Object> vote(ElectionState vote) {
    Map<String, Object> json = Json.object("epoch", vote.epoch());
    if (vote.hasLeader()) {
      json.put("leader", vote.leaderId());
    }
    if (vote.hasVoted()) {
      json.put("voted_for", vote.votedKey().id());
    }
    return json;
  }

  private static Map<String, Object> directory(Examination examination, DirectoryReport report) {
    Map<String, Object> json = Json.object("path", report.path().toString());
    MetaPropertiesFile owner = examination.owners().get(report.path());
    if (owner != null) {
      json.put("cluster_id", owner.clusterId());
      json.put("node_id", owner.nodeId());
      if (owner.directoryId() != null) {
        json.put("directory_id", owner.directoryId().toString());
      }
    }
    json.put("clean", report.lastStop() == LastStop.CLEAN);
    json.put("last_stop", report.lastStop().name().toLowerCase(Locale.ROOT));
    json.put("broker_epoch", report.brokerEpoch());
    json.put("usable_bytes", report.usableBytes());
    json.put("total_bytes", report.totalBytes());
    List<Map<String, Object>> partitions =
        report.partitions().stream().map(DoctorJson::partition).toList();
    json.put("partitions", partitions);
    return json;
  }

  private static Map<String, Object> partition(PartitionReport report) {
    Map<String, Object> json =
        Json.object(
            "topic", report.partition().topic(),
            "partition", report.partition().partition(),
            "log_start_offset", report.logStartOffset(),
            "log_end_offset", report.logEndOffset(),
            "recovery_point", report.recoveryPoint(),
            "size_bytes", report.sizeBytes(),
            "segments", report.segments(),
            "walked_bytes", report.walkedBytes(),
            "damaged",
                report.findings().stream()
                    .anyMatch(it -> it.severity() == Finding.Severity.DAMAGE));
    if (!report.topicId().equals(Uuid.ZERO_UUID)) {
      json.put("topic_id", report.topicId().toString());
    }
    return json;
  }
}
