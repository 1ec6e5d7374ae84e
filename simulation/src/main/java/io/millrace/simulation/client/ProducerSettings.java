package io.millrace.simulation.client;

import io.millrace.simulation.audit.ProducerPromise;

/// What a real producer's properties say.
///
/// @param acks 0, 1 or -1
/// @param idempotent with a producer id and sequences
/// @param retries whether a batch is sent again until it is acknowledged
/// @param promise what follows from the rest
/// @param maxInFlight requests a connection
public record ProducerSettings(
    short acks, boolean idempotent, boolean retries, ProducerPromise promise, int maxInFlight) {

  public static ProducerSettings exactlyOnce() {
    return new ProducerSettings((short) -1, true, true, ProducerPromise.EXACTLY_ONCE_IN_ORDER, 5);
  }

  public static ProducerSettings repeating() {
    return new ProducerSettings(
        (short) -1, false, true, ProducerPromise.STAYS_WHEN_ACKNOWLEDGED, 5);
  }

  /// acks=1, given up at the first failure.
  public static ProducerSettings leaderOnly() {
    return new ProducerSettings((short) 1, false, false, ProducerPromise.NOTHING, 5);
  }

  /// acks=0.
  public static ProducerSettings unanswered() {
    return new ProducerSettings((short) 0, false, false, ProducerPromise.NOTHING, 5);
  }
}
