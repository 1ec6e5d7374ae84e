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
/// @param walkedBytes how much of them the next start reads and checks; 0 when it takes the log as
///   it is
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
    List<Finding> findings) {

  public PartitionReport {
    findings = List.copyOf(findings);
  }
}
