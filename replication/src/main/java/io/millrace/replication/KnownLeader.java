package io.millrace.replication;

/// Who leads a partition, as far as its replica here has followed the metadata.
///
/// @param id broker id, -1 for none
/// @param epoch -1 before the first metadata
public record KnownLeader(int id, int epoch) {}
