package io.millrace.replication;

/// What this broker is to a partition. Used under the partition's guard.
sealed interface ReplicaRole permits LeaderReplica, FollowerReplica, ReplicaRole.None {

  /// Neither leads nor follows: nobody leads, or the metadata has not spoken yet, or the replica is
  /// leaving.
  enum None implements ReplicaRole {
    NONE
  }
}
