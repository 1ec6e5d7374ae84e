package io.millrace.simulation.audit;

/// What a producer's settings promise it.
public enum ProducerPromise {
  /// Each record once and in order, and there for ever when acknowledged.
  EXACTLY_ONCE_IN_ORDER,
  /// There for ever when acknowledged; perhaps more than once.
  STAYS_WHEN_ACKNOWLEDGED,
  /// Nothing but that no record comes from nowhere.
  NOTHING
}
