package io.millrace.replication;

/// What went in and out of a partition since this broker hosts it. Used under the partition's
/// guard.
final class Traffic {
  long recordsIn;
  long bytesIn;
  long bytesOut;
  long replicationBytesIn;
  long replicationBytesOut;
  long isrShrinks;
  long isrExpands;

  /// @param replicaId of the follower, negative for a client
  void onRead(int replicaId, long bytes) {
    if (replicaId >= 0) {
      replicationBytesOut += bytes;
    } else {
      bytesOut += bytes;
    }
  }

  /// Counts how the ISR of a led partition has changed.
  void onState(LeaderState before, LeaderState now) {
    for (int broker : before.isr()) {
      isrShrinks += now.isInSync(broker) ? 0 : 1;
    }
    for (int broker : now.isr()) {
      isrExpands += before.isInSync(broker) ? 0 : 1;
    }
  }
}
