package io.millrace.log.inspect;

import io.millrace.log.LastStop;
import java.nio.file.Path;
import java.util.List;

/// What is in a log directory.
///
/// @param lastStop how its last user stopped
/// @param brokerEpoch of that user, -1 when it is not known
/// @param partitions in the order of their names, without the metadata log
/// @param findings that concern no partition
public record DirectoryReport(
    Path path,
    LastStop lastStop,
    long brokerEpoch,
    long usableBytes,
    long totalBytes,
    List<PartitionReport> partitions,
    List<Finding> findings) {

  public DirectoryReport {
    partitions = List.copyOf(partitions);
    findings = List.copyOf(findings);
  }
}
