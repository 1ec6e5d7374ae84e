package io.millrace.replication;

/// One replica as its leader sees it, for the choice of where a consumer reads (KIP-392).
///
/// @param sinceCaughtUpMs since it last had all that the leader had, 0 for the leader itself
public record ReplicaView(int brokerId, long logEndOffset, long sinceCaughtUpMs) {}
