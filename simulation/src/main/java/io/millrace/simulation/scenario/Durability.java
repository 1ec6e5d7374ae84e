package io.millrace.simulation.scenario;

/// When a record counts as stored.
public enum Durability {
  /// Kafka's default: in the page caches of the in-sync replicas.
  PAGE_CACHE,
  /// `flush.messages=1`: on their devices.
  FSYNC
}
