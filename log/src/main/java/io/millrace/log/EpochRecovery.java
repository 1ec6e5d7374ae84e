package io.millrace.log;

import io.millrace.log.format.BatchScanner;
import io.millrace.log.segment.Segment;
import java.io.IOException;

/// Makes the leader epochs agree with the log: those behind its end and before its start go, and
/// where the file was lost they are read again from the headers of all batches.
final class EpochRecovery {

  private final LogState log;

  EpochRecovery(LogState log) {
    this.log = log;
  }

  void run(boolean lost) throws IOException {
    if (lost && log.nextOffset > log.segments.first().baseOffset()) {
      log.epochs.clear();
      for (Segment segment : log.segments.all()) {
        readFrom(segment);
      }
    }
    log.epochs.truncateFromEnd(log.nextOffset);
    log.epochs.truncateFromStart(log.logStartOffset);
  }

  private void readFrom(Segment segment) throws IOException {
    BatchScanner scanner = segment.scan(0, 1 << 16, false);
    while (segment.rot().next(scanner)) {
      if (scanner.leaderEpoch() > log.epochs.latestEpoch()) {
        log.epochs.assign(scanner.leaderEpoch(), scanner.baseOffset());
      }
    }
  }
}
