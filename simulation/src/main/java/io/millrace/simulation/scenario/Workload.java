package io.millrace.simulation.scenario;

/// Kinds of simulated clients.
public enum Workload {
  /// Idempotent producers, acks=all, up to five requests in flight, repeated until acknowledged.
  IDEMPOTENT,
  /// A producer without sequences, acks=all, that repeats: nothing lost, duplicates allowed.
  AT_LEAST_ONCE,
  /// A producer with acks=1 and one with acks=0.
  UNSAFE,
  /// A consumer of assigned partitions that reads along and sometimes seeks back.
  READER,
  /// A group of three members with the classic protocol.
  CLASSIC_GROUP,
  /// A group of three members with the protocol of KIP-848.
  CONSUMER_GROUP,
  /// An administrator: topics come and go, leaders move, settings change.
  ADMIN,
  /// Deletes the beginnings of partitions that all groups have read.
  DELETE_RECORDS
}
