package io.millrace.replication;

import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.PartitionRegistration;

/// Where the metadata puts this broker's replica of a partition.
///
/// @param directory id of the log directory; a reserved id when it leaves the choice to the broker
record ReplicaPlacement(boolean here, Uuid directory) {

  private static final ReplicaPlacement ELSEWHERE =
      new ReplicaPlacement(false, DirectoryId.UNASSIGNED);

  static ReplicaPlacement of(PartitionRegistration registration, int brokerId) {
    for (int i = 0; i < registration.replicas.length; i++) {
      if (registration.replicas[i] == brokerId) {
        return new ReplicaPlacement(true, registration.directories[i]);
      }
    }
    return ELSEWHERE;
  }

  boolean brokerChooses() {
    return DirectoryId.reserved(directory);
  }
}
