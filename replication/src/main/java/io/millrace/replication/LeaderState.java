package io.millrace.replication;

import java.util.Arrays;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.apache.kafka.metadata.PartitionRegistration;

/// A partition's state as one metadata record has it. Immutable.
///
/// @param leader broker id, -1 for none
/// @param isr broker ids, ascending order not promised
record LeaderState(
    int leader,
    int leaderEpoch,
    int partitionEpoch,
    int[] replicas,
    int[] isr,
    boolean recovering) {

  /// Of a partition that the metadata has not spoken of yet.
  static final LeaderState UNKNOWN = new LeaderState(-1, -1, -1, new int[0], new int[0], false);

  static LeaderState of(PartitionRegistration registration) {
    return new LeaderState(
        registration.leader,
        registration.leaderEpoch,
        registration.partitionEpoch,
        registration.replicas.clone(),
        registration.isr.clone(),
        registration.leaderRecoveryState == LeaderRecoveryState.RECOVERING);
  }

  boolean isInSync(int broker) {
    return Arrays.stream(isr).anyMatch(id -> id == broker);
  }
}
