package io.millrace.log;

import java.util.List;

/// What the log remembers of each producer: its epoch and last batches (to refuse gaps and to
/// recognise repetitions), and its open transaction. Used under the log's guard.
public final class ProducerStates {

  private final LogState log;

  ProducerStates(LogState log) {
    this.log = log;
  }

  /// All producers that have not expired, in the order in which they appeared.
  public List<ActiveProducer> activeProducers() {
    return log.producers.active();
  }

  public int count() {
    return log.producers.size();
  }

  /// First offset of the earliest transaction that is open, or decided at or above the high
  /// watermark; -1 when there is none.
  public long firstUnstableOffset() {
    long first = log.producers.firstUnstableOffset();
    return first < 0 ? -1 : Math.max(first, log.logStartOffset);
  }

  /// Transactions decided below the high watermark become stable.
  public void onHighWatermark(long highWatermark) {
    log.producers.onHighWatermark(highWatermark);
  }

  /// Forgets producers that were silent for `producer.id.expiration.ms`.
  public void removeExpired(long nowMs) {
    log.producers.removeExpired(nowMs, log.environment.producerExpirationMs());
  }
}
