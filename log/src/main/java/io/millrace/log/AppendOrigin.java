package io.millrace.log;

/// Who asks for an append; decides what is checked (Kafka's `AppendOrigin`).
public enum AppendOrigin {
  /// A produce request: everything is checked, control batches are refused.
  CLIENT,
  /// A coordinator of this node: producer epochs are checked, control batches (transaction markers)
  /// are allowed.
  COORDINATOR,
  /// The Raft leader: offsets and epochs are already in the batches and are kept.
  RAFT_LEADER,
  /// A follower storing what its leader stored: only integrity and order are checked.
  REPLICATION
}
