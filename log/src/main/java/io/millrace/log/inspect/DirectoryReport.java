package io.millrace.log.inspect;

import java.nio.file.Path;
import java.util.List;

/// What is in a log directory.
///
/// @param clean whether its last user stopped cleanly
/// @param brokerEpoch of that user, -1 when it is not known
/// @param partitions in the order of their names, without the metadata log
/// @param findings that concern no partition
public record DirectoryReport(
    Path path,
    boolean clean,
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
