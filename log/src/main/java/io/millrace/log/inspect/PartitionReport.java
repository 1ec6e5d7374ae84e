package io.millrace.log.inspect;

import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/// What is in a partition's folder.
///
/// @param topicId zero where the folder does not say
/// @param logEndOffset behind the last whole batch
/// @param recoveryPoint offset up to which all was flushed when it was written down; -1 when that
///   is not known
/// @param sizeBytes of the segments, without indexes
/// @param walkedBytes how much of them the next start walks; 0 when it takes the log as it is
/// @param headersOnly whether it believes what was written, and reads the headers of the batches
///   only, instead of checking every checksum
public record PartitionReport(
    TopicPartition partition,
    Path folder,
    Uuid topicId,
    long logStartOffset,
    long logEndOffset,
    long recoveryPoint,
    long sizeBytes,
    int segments,
    long walkedBytes,
    boolean headersOnly,
    List<Finding> findings) {

  public PartitionReport {
    findings = List.copyOf(findings);
  }
}
