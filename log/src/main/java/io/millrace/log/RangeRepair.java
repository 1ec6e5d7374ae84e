package io.millrace.log;

import io.millrace.log.append.BatchFraming;
import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.LogFiles;
import io.millrace.log.segment.RottenRange;
import io.millrace.log.segment.Segment;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Rotten ranges of a log: noted, and written again from another replica's copy. Under the log's
/// guard.
final class RangeRepair {

  private final LogState log;

  RangeRepair(LogState log) {
    this.log = log;
  }

  @Nullable RottenRange note(ScrubView view, RottenRange found) throws IOException {
    Segment segment = log.segments.at(found.segmentOffset());
    if (segment == null || view.truncations() != log.truncations) {
      return null;
    }
    RottenRange known = segment.rot().add(found);
    mendIndexes(segment);
    return known;
  }

  boolean mendIndexes(long segmentOffset) throws IOException {
    Segment segment = log.segments.at(segmentOffset);
    return segment != null && mendIndexes(segment);
  }

  /// The active segment's indexes are in use, and errors in them are met there.
  private boolean mendIndexes(Segment segment) throws IOException {
    if (segment == log.segments.active() || !segment.hasUnsoundIndexes()) {
      return false;
    }
    log.environment
        .reports()
        .rebuilt(segment.path(LogFiles.OFFSET_INDEX), "does not fit the segment");
    log.asLeft = false;
    segment.rebuildIndexes(log.config.indexIntervalBytes());
    segment.releaseIndexFiles();
    return true;
  }

  RepairOutcome repair(RottenRange range, ByteBuffer bytes, int from, int length)
      throws IOException {
    Segment segment = log.segments.at(range.segmentOffset());
    if (segment == null || !segment.rot().ranges().contains(range)) {
      return RepairOutcome.GONE;
    }
    RangeFit fit = fit(range, bytes, from, length);
    return fit.misfit() != null
        ? new RepairOutcome.Unfit(fit.misfit())
        : write(segment, range, bytes.slice(from, fit.length()), fit.nextOffset());
  }

  RangeFit fit(RottenRange range, ByteBuffer bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    int end = from + length;
    int at = from;
    long next = range.firstOffset();
    for (int size = BatchFraming.sizeAt(bytes, at, end);
        size != BatchFraming.PARTIAL && at - from < range.length();
        size = BatchFraming.sizeAt(bytes, at, end)) {
      if (size == BatchFraming.MALFORMED || !BatchHeader.holds(bytes, at, size, crc)) {
        return RangeFit.unsound("what was sent for offset " + next + " is no whole batch");
      }
      String misfit = misfit(range, bytes, at, size, next, range.position() + at - from);
      if (misfit != null) {
        return RangeFit.other(misfit);
      }
      next = BatchHeader.lastOffset(bytes, at) + 1;
      at += size;
    }
    return at > from ? RangeFit.upTo(at - from, next) : RangeFit.unsound("no whole batch was sent");
  }

  /// Why a whole batch is not the one that was at `position`, null when it is.
  private @Nullable String misfit(
      RottenRange range, ByteBuffer bytes, int at, int size, long next, int position) {
    if (BatchHeader.magic(bytes, at) != 2 || BatchHeader.lastOffsetDelta(bytes, at) < 0) {
      return "what was sent is no batch of magic 2";
    }
    long base = BatchHeader.baseOffset(bytes, at);
    long last = BatchHeader.lastOffset(bytes, at);
    int epoch = BatchHeader.leaderEpoch(bytes, at);
    int left = range.endPosition() - position - size;
    if (base < next || (base > next && !log.config.compact())) {
      return "it begins at offset " + base + " instead of " + next;
    }
    if (last >= range.nextOffset() || left < 0 || (left > 0 && last + 1 == range.nextOffset())) {
      return "offsets " + base + " to " + last + " do not fill the place";
    }
    int known = log.epochs.epochForOffset(base);
    int latest = isDamage(range) ? log.epochs.epochForOffset(range.nextOffset()) : known;
    return known >= 0 && (epoch < known || epoch > latest)
        ? "offset " + base + " was written in epoch " + epoch + " instead of " + known
        : null;
  }

  private RepairOutcome write(Segment segment, RottenRange range, ByteBuffer whole, long next)
      throws IOException {
    DiskFile file = segment.file();
    int length = whole.remaining();
    log.asLeft = false;
    file.write(whole, range.position());
    noteEpochs(whole);
    if (length == range.length()) {
      segment.rot().remove(range);
      file.retain();
      return new RepairOutcome.Whole(file);
    }
    RottenRange left = range.from(next, range.position() + length);
    segment.rot().replace(range, left);
    return new RepairOutcome.Smaller(left);
  }

  /// An epoch may have begun within damage, after the last checkpoint of epochs.
  private void noteEpochs(ByteBuffer whole) {
    for (int at = 0; at < whole.limit(); at += BatchHeader.sizeInBytes(whole, at)) {
      int epoch = BatchHeader.leaderEpoch(whole, at);
      long base = BatchHeader.baseOffset(whole, at);
      if (epoch >= 0 && log.epochs.epochForOffset(base) != epoch) {
        log.epochs.insert(epoch, base);
      }
    }
  }

  private boolean isDamage(RottenRange range) {
    return log.damage.stream().anyMatch(range::isRestOf);
  }

  void onSynced(RottenRange range) throws IOException {
    Segment segment = log.segments.at(range.segmentOffset());
    if (segment == null
        || !isDamage(range)
        || segment.rot().ranges().stream().anyMatch(left -> left.isRestOf(range))) {
      return;
    }
    log.indexedPoint = Math.min(log.indexedPoint, log.damage.getFirst().firstOffset());
    log.damage.removeIf(range::isRestOf);
    segment.rebuildIndexes(log.config.indexIntervalBytes());
    if (segment != log.segments.active()) {
      segment.releaseIndexFiles();
    }
    if (log.damage.isEmpty()) {
      new ProducerRecovery(log).afterRepair();
      if (log.integrity == Integrity.DAMAGED) {
        log.environment.reports().mended(log.dir);
      }
    }
  }
}
