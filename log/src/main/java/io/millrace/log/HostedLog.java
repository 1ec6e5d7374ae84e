package io.millrace.log;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/// A replica's log with its place among the node's log directories.
///
/// @param directory where its folder lies
public record HostedLog(
    TopicPartition partition, Uuid topicId, LogDirectory directory, PartitionLog log) {}
