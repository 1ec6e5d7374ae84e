package io.millrace.log;

import java.util.List;

/// What the log remembers of each producer: its epoch and last batches (to refuse gaps and to
/// recognise repetitions), and its open transaction. Used under the log's guard.
public final class ProducerStates {

  ProducerStates() {}

  /// All producers that have not expired, by id.
  public List<ActiveProducer> activeProducers() {
    throw new UnsupportedOperationException();
  }

  /// First offset of the earliest transaction that is open, or decided at or above the high
  /// watermark; -1 when there is none.
  public long firstUnstableOffset() {
    throw new UnsupportedOperationException();
  }

  /// Transactions decided below the high watermark become stable.
  public void onHighWatermark(long highWatermark) {
    throw new UnsupportedOperationException();
  }

  /// Forgets producers that were silent for `producer.id.expiration.ms`.
  public void removeExpired(long nowMs) {
    throw new UnsupportedOperationException();
  }
}
