package io.millrace.log;

import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.BatchScanner;
import io.millrace.log.format.LogFiles;
import io.millrace.log.segment.RottenRange;
import io.millrace.log.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Cutting a log's end. The order is what matters after a crash: first the stored recovery point
/// goes back, so that recovery looks at all that follows; then the bytes go, durably, so that no
/// old batch is found behind new ones.
final class LogTruncation {

  private final LogState log;
  private final PartitionLog owner;

  LogTruncation(LogState log, PartitionLog owner) {
    this.log = log;
    this.owner = owner;
  }

  void to(long offset) throws IOException {
    log.withSoundIndexes(() -> {
      cut(offset);
      return offset;
    });
  }

  private void cut(long offset) throws IOException {
    if (offset >= log.nextOffset) {
      // An epoch may have been assigned that no batch followed.
      log.epochs.truncateFromEnd(log.nextOffset);
      return;
    }
    if (offset < log.segments.first().baseOffset()) {
      fullyTo(offset);
      return;
    }
    lowerPoints(newEnd(offset));
    Path mark = markCut(offset);
    int keep = log.segments.floor(offset);
    log.deleteNow(log.segments.removeFrom(keep + 1));
    Segment active = log.segments.active();
    RottenRange rotten = active.rot().atOrBehind(offset);
    // Nothing in a rotten range tells where its batches begin.
    if (rotten != null && rotten.firstOffset() <= offset) {
      active.truncateToPosition(rotten.position(), rotten.firstOffset());
    } else {
      active.truncateTo(offset);
    }
    active.sync();
    log.disk.delete(mark);
    log.nextOffset = Math.max(active.prepareAppends(), active.baseOffset());
    log.logStartOffset = Math.min(log.logStartOffset, log.nextOffset);
    if (log.damage.removeIf(range -> range.firstOffset() >= log.nextOffset)) {
      log.integrity = Integrity.LACKING;
    }
    log.epochs.truncateFromEnd(log.nextOffset);
    lowerPoints(log.nextOffset);
    new ProducerRecovery(log).afterTruncation();
    log.unflushedMessages = log.nextOffset - log.recoveryPoint;
  }

  /// A batch that spans the offset goes whole, and so does what is rotten there: a recovery point
  /// within it would promise what is half gone.
  ///
  /// @throws DamagedBatchException where rot is in the way, of which nobody knows yet: before
  ///   anything is changed
  private long newEnd(long offset) throws IOException {
    Segment segment = log.segments.get(log.segments.floor(offset));
    Segment.Found found = segment.find(offset);
    RottenRange rotten = segment.rot().atOrBehind(offset);
    long end = rotten == null ? offset : Math.min(offset, rotten.firstOffset());
    if (found != null) {
      BatchScanner batch = segment.scan(found.position(), BatchHeader.SIZE, false);
      end = batch.next() ? Math.min(end, batch.baseOffset()) : end;
    }
    return end;
  }

  /// A file that is there as long as the cut is not durable, so that a start after a kill knows. By
  /// its name every start removes it, Kafka's too.
  private Path markCut(long offset) throws IOException {
    Path mark = LogFiles.file(log.dir, offset, ".cut" + LogFiles.DELETED);
    log.disk.open(mark).release();
    return mark;
  }

  void fullyTo(long offset) throws IOException {
    lowerPoints(Math.min(offset, log.logStartOffset));
    log.deleteNow(log.segments.removeFrom(0));
    log.segments.add(
        Segment.create(
            log.disk, log.dir, offset, log.nowMs(), log.rollJitterMs(), log.environment.lookups()));
    log.disk.syncDirectory(log.dir);
    log.nextOffset = offset;
    log.logStartOffset = offset;
    log.recoveryPoint = offset;
    log.indexedPoint = offset;
    log.dropDamage();
    log.epochs.clear();
    log.producers.reset(offset);
    for (long snapshot : List.copyOf(log.snapshots.offsets())) {
      log.snapshots.delete(snapshot);
    }
    log.unflushedMessages = 0;
  }

  private void lowerPoints(long offset) throws IOException {
    log.truncations++;
    log.asLeft = false;
    boolean lowered = offset < log.indexedPoint;
    log.recoveryPoint = Math.min(log.recoveryPoint, offset);
    log.indexedPoint = Math.min(log.indexedPoint, offset);
    if (lowered) {
      log.environment.reports().recoveryPointLowered(owner);
    }
  }
}
