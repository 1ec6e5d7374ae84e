package io.millrace.log;

import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.BatchScanner;
import io.millrace.log.format.LogFiles;
import io.millrace.log.segment.Segment;
import io.millrace.log.segment.SegmentRecovery;
import java.io.IOException;

/// Brings producer state up to an offset: from the newest usable snapshot at or below, then by the
/// headers of the batches from there on. Without a snapshot it begins with the first batch in the
/// folder, not with the log start: a producer whose records were deleted before it heard that they
/// are stored sends them again. Also finds the aborted transactions again that a transaction index
/// may have lost.
final class ProducerRecovery {

  private final LogState log;
  private boolean opening;

  ProducerRecovery(LogState log) {
    this.log = log;
  }

  /// Of a log that was just opened.
  ///
  /// @param trustedBelow snapshots and entries of transaction indexes above it are not believed
  void run(long trustedBelow) throws IOException {
    log.snapshots.deleteAbove(Math.min(trustedBelow, log.nextOffset));
    removeStraySnapshots();
    opening = true;
    rebuild(trustedBelow);
  }

  /// Of a log that was cut: the state as of its new end.
  void afterTruncation() throws IOException {
    log.snapshots.deleteAbove(log.nextOffset);
    rebuild(log.nextOffset);
  }

  /// Of a log with batches that a start could not read.
  void afterRepair() throws IOException {
    rebuild(log.nextOffset);
  }

  private void rebuild(long believedBelow) throws IOException {
    log.withSoundIndexes(() -> {
      rebuildByIndexes(believedBelow);
      return believedBelow;
    });
  }

  private void rebuildByIndexes(long believedBelow) throws IOException {
    restore();
    long from = log.producers.endOffset();
    // What the indexes say of transactions is as old as the snapshot at least.
    long transactionsBelow = Math.min(believedBelow, from);
    for (int i = Math.max(0, log.segments.floor(transactionsBelow));
        i < log.segments.count();
        i++) {
      log.segments.get(i).truncateAborted(transactionsBelow);
    }
    if (from < log.nextOffset) {
      replayFrom(from, transactionsBelow);
    }
    log.producers.onLogStartOffset(log.logStartOffset);
    log.producers.endOffset(log.nextOffset);
  }

  private void replayFrom(long from, long transactionsBelow) throws IOException {
    for (int i = Math.max(0, log.segments.floor(from)); i < log.segments.count(); i++) {
      replay(log.segments.get(i), i, from, transactionsBelow);
      if (log.producers.endOffset() < log.logStartOffset) {
        // Among what was deleted there may be damage, which ends a walk.
        replay(log.segments.get(i), i, log.logStartOffset, transactionsBelow);
      }
    }
  }

  private void restore() throws IOException {
    for (long offset = log.snapshots.latest(); offset >= 0; offset = log.snapshots.latest()) {
      if (log.producers.restore(
          log.snapshots.read(offset),
          offset,
          log.nowMs(),
          log.environment.producerExpirationMs())) {
        return;
      }
      log.environment
          .reports()
          .rebuilt(LogFiles.file(log.dir, offset, LogFiles.SNAPSHOT), "damaged snapshot");
      log.snapshots.delete(offset);
    }
    log.producers.reset(log.segments.first().baseOffset());
  }

  private void replay(Segment segment, int index, long from, long transactionsBelow)
      throws IOException {
    BatchScanner scanner = segment.scanFrom(from, 1 << 16);
    boolean more = next(scanner, segment, index);
    while (more) {
      if (scanner.lastOffset() < from) {
        more = next(scanner, segment, index);
      } else if (isBelieved(scanner)) {
        note(segment, scanner, transactionsBelow);
        more = next(scanner, segment, index);
      } else if (opening) {
        more = goesOnBehindDamage(scanner, segment, index);
      } else {
        log.environment.reports().suspected(log.dir, scanner.baseOffset());
        more = next(scanner, segment, index);
      }
    }
  }

  /// What a header tells that was not to be expected is believed only with the checksum: bits of it
  /// that have flipped would fence a producer, or have its next batch refused, for good.
  private boolean isBelieved(BatchScanner scanner) throws IOException {
    return log.producers.expects(scanner.header(), scanner.at()) || scanner.holds();
  }

  private void note(Segment segment, BatchScanner scanner, long transactionsBelow)
      throws IOException {
    boolean marker =
        scanner.magic() >= 2
            && BatchHeader.isControl(scanner.header(), scanner.at())
            && BatchHeader.hasProducerId(scanner.header(), scanner.at());
    var bytes = marker ? scanner.whole() : scanner.header();
    AbortedTransaction aborted = log.producers.replay(bytes, scanner.at(), scanner.size());
    if (aborted != null && aborted.lastOffset() >= transactionsBelow) {
      segment.addAborted(aborted);
    }
  }

  /// The next batch, also where the walk has come upon damage of which nobody knew.
  private boolean next(BatchScanner scanner, Segment segment, int index) throws IOException {
    return segment.rot().next(scanner)
        || (opening
            && scanner.stop() != BatchScanner.Stop.END
            && goesOnBehindDamage(scanner, segment, index));
  }

  /// Finds the segment's first damage of which nobody knew yet, and goes on behind it.
  private boolean goesOnBehindDamage(BatchScanner scanner, Segment segment, int index)
      throws IOException {
    SegmentRecovery found =
        new SegmentRecovery(
            segment, log.environment.segmentRecoveryBufferBytes(), log.config.indexIntervalBytes());
    found.findDamage(log.segments.endOffset(index, log.nextOffset));
    if (found.damage().isEmpty()) {
      return false;
    }
    log.addDamage(segment, found.damage());
    scanner.seek(found.damage().getFirst().endPosition());
    return segment.rot().next(scanner);
  }

  /// Keeps the snapshots at segment borders, and the newest of all. The others go when that one is
  /// known to be durable.
  private void removeStraySnapshots() {
    long latest = log.snapshots.latest();
    for (long offset : log.snapshots.offsets()) {
      if (offset != latest && log.segments.at(offset) == null) {
        log.supersededSnapshots.add(offset);
      }
    }
  }
}
