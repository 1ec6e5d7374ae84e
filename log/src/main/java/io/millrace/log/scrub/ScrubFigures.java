package io.millrace.log.scrub;

import java.util.concurrent.atomic.LongAdder;

/// What the scrub of this process has done, for monitoring. Thread-safe.
public final class ScrubFigures {

  private final LongAdder batches = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder passes = new LongAdder();
  private final LongAdder rotten = new LongAdder();
  private final LongAdder repaired = new LongAdder();
  private final LongAdder indexes = new LongAdder();

  void onRead(long moreBatches, long moreBytes) {
    batches.add(moreBatches);
    bytes.add(moreBytes);
  }

  void onPass() {
    passes.increment();
  }

  void onRotten() {
    rotten.increment();
  }

  void onIndexMended() {
    indexes.increment();
  }

  /// A rotten range is whole again.
  public void onRepaired() {
    repaired.increment();
  }

  public long batches() {
    return batches.sum();
  }

  public long bytes() {
    return bytes.sum();
  }

  /// Passes over all logs that came to their end.
  public long passes() {
    return passes.sum();
  }

  /// Ranges found rotten; one that is found again counts once a process and log.
  public long rotten() {
    return rotten.sum();
  }

  public long repaired() {
    return repaired.sum();
  }

  /// Segments whose indexes were made anew.
  public long indexes() {
    return indexes.sum();
  }
}
