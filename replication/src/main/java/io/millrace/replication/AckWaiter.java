package io.millrace.replication;

import org.apache.kafka.common.protocol.Errors;

/// A produce request that waits until what it wrote may be acknowledged.
public interface AckWaiter {

  /// One of the partitions it waits for has reached the offset, or never will here.
  ///
  /// Called on the thread that moved the partition on, outside of any guard: must only leave a
  /// message for its own loop.
  ///
  /// @param ticket what was given to [Partition#awaitAck]
  /// @param error NONE, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR …
  void onAck(int ticket, Errors error);
}
