package io.millrace.replication;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/// How a partition is at one moment, and what it has done since this broker started to host it; for
/// monitoring.
///
/// @param leads whether this broker leads it; the ISR figures and lags mean nothing otherwise
/// @param offline whether its log directory is lost
/// @param replicas how many are assigned
/// @param inSync how many are in the ISR
/// @param minInSync the effective `min.insync.replicas`
/// @param bytes on disk
/// @param recordsIn appended for clients and coordinators, by their batches' offsets
/// @param bytesOut read by clients
/// @param isrShrinks replicas that left the ISR while this broker led
/// @param followerLags records that each follower lacks, by broker id; those never heard of lack
///   all
public record PartitionStatus(
    TopicPartition partition,
    boolean leads,
    boolean offline,
    int replicas,
    int inSync,
    int minInSync,
    long logStartOffset,
    long logEndOffset,
    long highWatermark,
    long bytes,
    long recordsIn,
    long bytesIn,
    long bytesOut,
    long replicationBytesIn,
    long replicationBytesOut,
    long isrShrinks,
    long isrExpands,
    Map<Integer, Long> followerLags) {

  public boolean isUnderReplicated() {
    return leads && inSync < replicas;
  }

  /// Whether `acks=all` is refused.
  public boolean isUnderMinIsr() {
    return leads && inSync < minInSync;
  }

  public boolean isAtMinIsr() {
    return leads && inSync == minInSync;
  }
}
