package io.millrace.metadata.broker;

/// Producer ids for InitProducerId, from blocks of 1,000 that the controller hands out. The next
/// block is asked for before the current one ends. Thread-safe.
public final class ProducerIds {

  ProducerIds() {}

  /// Gives one id that no producer of the cluster has had, or −1 when none is at hand
  /// (COORDINATOR_LOAD_IN_PROGRESS for the client); the next block is then under way.
  public long next() {
    throw new UnsupportedOperationException();
  }
}
