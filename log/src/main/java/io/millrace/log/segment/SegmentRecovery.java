package io.millrace.log.segment;

import io.millrace.log.LeaderEpochs;
import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.BatchScanner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Walks a segment that may not be as it was left, from a trusted point on: rebuilds the indexes
/// behind it and finds the end. Used once, in one of two ways.
///
/// [#runAsWritten]: everything written is known to be there, so headers are enough, and a checksum
/// for the last batch. [#run]: every batch is checked, and what is not a whole batch is one of four
/// things:
///
/// - *damage*, where it lies below the recovery point, and the file is no shorter for it: that had
///   reached the device, whole. Kept, and reported;
/// - a *torn tail*, when the file ends within the last batch: cut;
/// - *lost pages*, when what is not a batch contains a sector of zeros: data that was never synced
///   and whose pages reached the device out of order before power failed. Nothing of it was
///   promised durable; cut, with everything behind, so that what remains is a prefix;
/// - *damage*, too, when valid batches follow and nothing is missing, or when the last batch does
///   not hold although the file goes as far as it does.
///
/// A batch whose offset or epoch goes back is a remnant of what lay there before, although its
/// checksum holds: it counts as not there.
public final class SegmentRecovery {

  private static final int SECTOR = 512;

  private final Segment segment;
  private final int bufferBytes;
  private final int indexIntervalBytes;
  private final LeaderEpochs epochs = new LeaderEpochs();
  private final List<RottenRange> damage = new ArrayList<>();
  private long nextOffset;
  private int lastEpoch;
  private boolean cut;
  private long endPosition;

  /// What an unclean end may have done to batches that were written last.
  public enum Writes {

    /// They are all there; only the very last may be a part.
    RETURNED,

    /// Some may be missing, and promised were only those that had reached the device before.
    LOST_UNLESS_SYNCED,

    /// Some may be missing, and nothing of them was promised.
    UNPROMISED
  }

  public SegmentRecovery(Segment segment, int bufferBytes, int indexIntervalBytes) {
    this.segment = segment;
    this.bufferBytes = bufferBytes;
    this.indexIntervalBytes = indexIntervalBytes;
  }

  /// Of the batches walked.
  public LeaderEpochs epochs() {
    return epochs;
  }

  /// Offset behind the last batch.
  public long nextOffset() {
    return nextOffset;
  }

  /// What is rotten, in ascending order.
  public List<RottenRange> damage() {
    return damage;
  }

  /// Whether something at the end was cut.
  public boolean wasCut() {
    return cut;
  }

  /// Walks the headers of a segment of which every write that returned is there.
  ///
  /// @return false where anything is not as it was written: then it needs one of the other walks,
  ///   by a new instance
  public boolean runAsWritten(long trustedBelow, long limitOffset) throws IOException {
    BatchScanner scanner = segment.scan(beginAsWritten(trustedBelow), 1 << 16, false);
    nextOffset = Math.max(nextOffset, segment.baseOffset());
    lastEpoch = -1;
    int last = -1;
    while (scanner.next()) {
      if (!continuesLog(scanner, limitOffset)) {
        return false;
      }
      last = (int) scanner.position();
      note(scanner);
    }
    if (scanner.stop() != BatchScanner.Stop.END
        || (last >= 0 && !segment.scan(last, BatchHeader.SIZE, true).next())) {
      return false;
    }
    segment.endRebuild(segment.size(), false);
    return true;
  }

  /// The indexes are as they were written too, so that their order need not be looked at.
  private int beginAsWritten(long trustedBelow) throws IOException {
    if (trustedBelow > segment.baseOffset()) {
      OffsetIndex.Entry entry = segment.offsetIndex().floor(trustedBelow - 1);
      if (beginAt(entry)) {
        return entry.position();
      }
    }
    segment.beginRebuild(0, segment.baseOffset(), 0);
    return 0;
  }

  /// Walks the segment and tells lost tails from rot.
  ///
  /// @param trustedBelow batches and index entries below this offset are known to have been durable
  ///   and whole; the walk begins at the last index entry below it, or at 0 where the index does
  ///   not hold what it should
  /// @param followed whether the next segment begins with a valid batch: then the end of this one
  ///   is no tail
  /// @param limitOffset base offset of the next segment, or [Long#MAX_VALUE]
  public void run(long trustedBelow, Writes writes, boolean followed, long limitOffset)
      throws IOException {
    int size = segment.size();
    BatchScanner scanner = segment.scan(begin(trustedBelow), bufferBytes, true);
    nextOffset = Math.max(nextOffset, segment.baseOffset());
    lastEpoch = -1;
    while (true) {
      while (scanner.next() && continuesLog(scanner, limitOffset)) {
        note(scanner);
      }
      endPosition = scanner.position();
      if (scanner.stop() == BatchScanner.Stop.END) {
        break;
      }
      boolean durable = nextOffset < Math.min(trustedBelow, limitOffset);
      if (!durable && writes == Writes.UNPROMISED) {
        cut = true;
        break;
      }
      long resumed = findValid(scanner.position() + 1, size, limitOffset);
      long behind = resumed < 0 ? size : resumed;
      if (!durable
          && writes == Writes.LOST_UNLESS_SYNCED
          && hasLostSector(scanner.position(), behind)) {
        cut = true;
        break;
      }
      if (resumed < 0) {
        end(scanner.stop(), durable, trustedBelow, followed, limitOffset);
        break;
      }
      scanner.seek(resumed);
      scanner.next();
      addDamage(scanner.baseOffset(), (int) resumed);
      segment.indexNextBatch();
      note(scanner);
    }
    segment.endRebuild((int) endPosition, cut);
  }

  /// No batch follows in this segment that holds.
  private void end(
      BatchScanner.Stop stop, boolean durable, long trustedBelow, boolean followed, long limit)
      throws IOException {
    int size = segment.size();
    boolean rotten = FlushedTail.isRotten(segment.file(), endPosition, size, stop);
    if (followed && (durable || rotten)) {
      addDamage(limit, size);
    } else if (durable && rotten) {
      int flushed = flushedEnd(trustedBelow);
      addDamage(Math.min(trustedBelow, limit), flushed);
      cut = flushed < size;
    } else if (rotten && stop != BatchScanner.Stop.NONE) {
      addDamage(nextByHeader(), size);
    } else {
      cut = true;
    }
  }

  /// Where what was flushed ends, by headers that may be rotten, too; the file's end where they do
  /// not tell.
  private int flushedEnd(long trustedBelow) throws IOException {
    BatchScanner headers = segment.scan((int) endPosition, BatchHeader.SIZE, false);
    while (headers.next()) {
      if (headers.lastOffset() + 1 == trustedBelow) {
        return (int) headers.position() + headers.size();
      }
    }
    return segment.size();
  }

  /// Finds the first batch that does not hold and of which nobody knew, by the checksums: a length
  /// that has rotted leads a walk over headers astray. From the segment's beginning, since only
  /// there it is known which offset a bad batch has. Instead of a walk.
  public void findDamage(long limitOffset) throws IOException {
    nextOffset = segment.baseOffset();
    lastEpoch = -1;
    BatchScanner scanner = segment.scan(0, bufferBytes, true);
    while (segment.rot().next(scanner) && continuesLog(scanner, limitOffset)) {
      nextOffset = scanner.lastOffset() + 1;
      lastEpoch = Math.max(lastEpoch, scanner.leaderEpoch());
    }
    endPosition = scanner.position();
    if (scanner.stop() == BatchScanner.Stop.END) {
      return;
    }
    long resumed = findValid(endPosition + 1, segment.size(), limitOffset);
    if (resumed < 0) {
      addDamage(limitOffset, segment.size());
      return;
    }
    scanner.seek(resumed);
    scanner.next();
    addDamage(scanner.baseOffset(), (int) resumed);
  }

  /// What lies from the end of the walk on cannot be trusted.
  private void addDamage(long behind, int behindPosition) {
    damage.add(
        new RottenRange(
            segment.baseOffset(), nextOffset, behind, (int) endPosition, behindPosition, false));
    endPosition = behindPosition;
    nextOffset = behind;
  }

  /// The offset behind the last batch, by its header where that agrees with itself. Else nobody
  /// knows how many offsets the batch had: one at least.
  private long nextByHeader() throws IOException {
    ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE);
    while (header.hasRemaining()
        && segment.file().read(header, endPosition + header.position()) > 0) {}
    int delta = BatchHeader.lastOffsetDelta(header, 0);
    boolean agrees =
        BatchHeader.baseOffset(header, 0) == nextOffset
            && delta >= 0
            && BatchHeader.recordCount(header, 0) == delta + 1;
    return nextOffset + 1 + (agrees ? delta : 0);
  }

  /// Picks the place to start from and cuts the indexes there.
  private int begin(long trustedBelow) throws IOException {
    if (trustedBelow > segment.baseOffset()) {
      OffsetIndex index = segment.offsetIndex();
      index.file().trimPadding();
      segment.timeIndex().file().trimPadding();
      int plausible = index.plausibleEntries(Integer.MAX_VALUE, segment.size());
      index.truncate(plausible);
      OffsetIndex.Entry entry = index.floor(trustedBelow - 1);
      if (segment.timeIndex().isPlausible() && beginAt(entry)) {
        return entry.position();
      }
    }
    segment.beginRebuild(0, segment.baseOffset(), 0);
    return 0;
  }

  /// Cuts the indexes at an entry, if it leads to the batch that it should.
  private boolean beginAt(OffsetIndex.Entry entry) throws IOException {
    if (entry.index() < 0 || entry.position() < 0 || entry.position() >= segment.size()) {
      return false;
    }
    BatchScanner probe = segment.scan(entry.position(), Math.min(bufferBytes, 1 << 12), true);
    if (!probe.next() || probe.lastOffset() != entry.lastOffset()) {
      return false;
    }
    nextOffset = probe.baseOffset();
    segment.beginRebuild(entry.position(), probe.baseOffset(), entry.index());
    return true;
  }

  private boolean continuesLog(BatchScanner batch, long limitOffset) throws IOException {
    return batch.baseOffset() >= nextOffset
        && batch.lastOffset() < limitOffset
        && batch.lastOffset() - segment.baseOffset() <= Integer.MAX_VALUE
        && (batch.leaderEpoch() < 0 || batch.leaderEpoch() >= lastEpoch)
        && !contradictedByNext(batch);
  }

  /// Offset and epoch lie outside the checksum. Where one of them jumps ahead, the next batch tells
  /// whether that is true (a compacted log, a new leader) or a flipped bit.
  private boolean contradictedByNext(BatchScanner batch) throws IOException {
    if (batch.baseOffset() == nextOffset && batch.leaderEpoch() == lastEpoch) {
      return false;
    }
    BatchScanner next =
        segment.scan((int) (batch.position() + batch.size()), BatchHeader.SIZE, false);
    return next.next()
        && next.baseOffset() >= nextOffset
        && (next.baseOffset() <= batch.lastOffset()
            || (next.leaderEpoch() >= 0
                && next.leaderEpoch() >= lastEpoch
                && next.leaderEpoch() < batch.leaderEpoch()));
  }

  private void note(BatchScanner batch) throws IOException {
    segment.noteBatch(
        batch.baseOffset(),
        batch.lastOffset(),
        batch.maxTimestamp(),
        (int) batch.position(),
        batch.size(),
        indexIntervalBytes);
    int epoch = batch.leaderEpoch();
    if (epoch >= 0) {
      epochs.assign(epoch, batch.baseOffset());
      lastEpoch = epoch;
    }
    nextOffset = batch.lastOffset() + 1;
  }

  /// Position of the first valid batch at or behind `from` that continues the log; -1 without one.
  private long findValid(long from, int size, long limitOffset) throws IOException {
    BatchScanner candidate = segment.scan((int) Math.min(from, size), bufferBytes, true);
    PageReader bytes = new PageReader(segment.file(), size);
    for (long at = from; at + BatchHeader.SIZE <= size; at++) {
      // Cheap tests first: the magic, then an offset that can be.
      if (bytes.at(at + 16) != 2 || bytes.at(at) != 0 || bytes.at(at + 8) < 0) {
        continue;
      }
      candidate.seek(at);
      if (candidate.next() && continuesLog(candidate, limitOffset)) {
        return at;
      }
    }
    return -1;
  }

  /// Whether a sector of the range, aligned as in the file, is all zeros: the device never got it.
  /// In the range's first sector the zeros begin where the last good batch ends, in the file's last
  /// they end with it.
  private boolean hasLostSector(long from, long to) throws IOException {
    PageReader bytes = new PageReader(segment.file(), segment.size());
    boolean toTheEnd = to == segment.size();
    long end = from / SECTOR * SECTOR + SECTOR;
    if (toTheEnd) {
      end = Math.min(end, to);
    }
    if (end <= to && zeroHeader(end - from) && allZero(bytes, from, end)) {
      return true;
    }
    long sector = end;
    for (; sector + SECTOR <= to; sector += SECTOR) {
      if (allZero(bytes, sector, sector + SECTOR)) {
        return true;
      }
    }
    // A batch may well end with one zero.
    return toTheEnd && sector + 1 < to && allZero(bytes, sector, to);
  }

  /// Whether the first `length` bytes of the next batch cannot all be zero.
  private boolean zeroHeader(long length) {
    return length >= BatchHeader.LENGTH_END
        || nextOffset >>> (8 * Math.max(0, Long.BYTES - length)) != 0;
  }

  private static boolean allZero(PageReader bytes, long begin, long end) throws IOException {
    for (long at = begin; at < end; at++) {
      if (bytes.at(at) != 0) {
        return false;
      }
    }
    return true;
  }
}
