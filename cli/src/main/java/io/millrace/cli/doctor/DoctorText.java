package io.millrace.cli.doctor;

import io.millrace.cli.Console;
import io.millrace.log.inspect.DirectoryReport;
import io.millrace.log.inspect.Finding;
import io.millrace.log.inspect.PartitionReport;
import io.millrace.metadata.format.MetaPropertiesFile;
import io.millrace.metadata.stored.StoredQuorum;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/// An examination for people.
final class DoctorText {
  private final Console console;
  private final boolean everyPartition;

  DoctorText(Console console, boolean everyPartition) {
    this.console = console;
    this.everyPartition = everyPartition;
  }

  void print(Examination examination) {
    StoredQuorum quorum = examination.quorum();
    if (quorum != null) {
      print(quorum);
    }
    ElectionState vote = examination.vote();
    if (vote != null) {
      print(vote);
    }
    for (DirectoryReport report : examination.reports()) {
      print(report, examination.owners().get(report.path()));
    }
    for (Finding.Severity severity : Finding.Severity.values()) {
      print(
          severity,
          examination.findings().stream().filter(it -> it.severity() == severity).toList());
    }
    verdict(examination);
  }

  private void print(StoredQuorum quorum) {
    String features =
        quorum.features().entrySet().stream()
            .map(entry -> entry.getKey() + " " + level(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    line("features", features.isEmpty() ? "none stored" : features);
    line(
        "metadata",
        "offsets %d to %d, epoch %d%s%s"
            .formatted(
                quorum.extent().startOffset(),
                quorum.extent().endOffset(),
                quorum.extent().lastEpoch(),
                quorum.extent().snapshot() == null
                    ? ""
                    : ", snapshot at " + quorum.extent().snapshot().offset(),
                quorum.voters() == null
                    ? ", voters as configured"
                    : ", voters " + quorum.voters().voterIds().stream().sorted().toList()));
  }

  private void print(ElectionState vote) {
    line(
        "vote",
        "epoch %d%s%s"
            .formatted(
                vote.epoch(),
                vote.hasLeader() ? ", leader " + vote.leaderId() : ", no leader known",
                vote.hasVoted() ? ", voted for " + vote.votedKey().id() : ""));
  }

  private static String level(String feature, short level) {
    if (feature.equals(MetadataVersion.FEATURE_NAME)) {
      try {
        return MetadataVersion.fromFeatureLevel(level).version();
      } catch (IllegalArgumentException _) {
        return "level " + level + " (unknown here)";
      }
    }
    return Short.toString(level);
  }

  private void print(DirectoryReport report, @Nullable MetaPropertiesFile owner) {
    console.line(report.path().toString());
    if (owner == null) {
      line("owner", "none: the directory is not formatted");
    } else {
      line(
          "owner",
          "cluster %s, node %d, directory %s"
              .formatted(
                  owner.clusterId(),
                  owner.nodeId(),
                  owner.directoryId() == null ? "without id" : owner.directoryId()));
    }
    line(
        "stopped",
        switch (report.lastStop()) {
          case CLEAN ->
              "cleanly"
                  + (report.brokerEpoch() < 0 ? "" : ", by broker epoch " + report.brokerEpoch());
          case KILLED -> "killed; this machine has run on since, so all that was written is there";
          case UNKNOWN -> "not cleanly, or never used";
        });
    line(
        "disk",
        size(report.usableBytes()) + " of " + size(report.totalBytes()) + " can be written");
    List<PartitionReport> partitions = report.partitions();
    line(
        "logs",
        "%d partitions of %d topics, %s"
            .formatted(
                partitions.size(),
                partitions.stream().map(it -> it.partition().topic()).distinct().count(),
                size(partitions.stream().mapToLong(PartitionReport::sizeBytes).sum())));
    if (everyPartition) {
      partitions.forEach(this::print);
    }
  }

  private void print(PartitionReport report) {
    console.line(
        "    %-40s offsets %d to %d, %s in %d segment%s%s"
            .formatted(
                report.partition(),
                report.logStartOffset(),
                report.logEndOffset(),
                size(report.sizeBytes()),
                report.segments(),
                report.segments() == 1 ? "" : "s",
                report.walkedBytes() == 0
                    ? ""
                    : ", walked at the next start: " + size(report.walkedBytes())));
  }

  private void print(Finding.Severity severity, List<Finding> findings) {
    if (!findings.isEmpty()) {
      console.line(
          switch (severity) {
            case NOTE -> "notes";
            case MENDED -> "mended by the next start";
            case DAMAGE -> "DAMAGE";
          });
      findings.forEach(it -> console.line("  " + it.path() + ": " + it.what()));
    }
  }

  private void verdict(Examination examination) {
    if (!examination.refusals().isEmpty()) {
      console.line("a start of Millrace would be REFUSED");
      examination.refusals().forEach(it -> console.line("  " + it));
      return;
    }
    List<PartitionReport> walked = examination.walked();
    console.line(
        walked.isEmpty()
            ? "a start takes every log as it is"
            : "a start walks %s%d logs, %s, and goes on"
                .formatted(
                    examination.walksHeadersOnly() ? "the headers of " : "",
                    walked.size(),
                    size(walked.stream().mapToLong(PartitionReport::walkedBytes).sum())));
  }

  private void line(String name, String value) {
    console.line("  %-9s %s".formatted(name, value));
  }

  private static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    String[] units = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    int unit = -1;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
  }
}
