package io.millrace.log.segment;

import io.millrace.log.LeaderEpochs;
import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.BatchScanner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Walks a segment that may not be as it was left, from a trusted point on: rebuilds the indexes
/// behind it and finds the end. Used once, in one of three ways.
///
/// [#runAsWritten]: everything written is known to be there, so headers are enough, and a checksum
/// for the last batch. [#runDoubtful]: nothing is known of what was written last, so every batch is
/// checked and the first that does not hold is the end. [#run]: every batch is checked, and what is
/// not a whole batch is one of these:
///
/// - *damage*, when it was flushed before and the file is no shorter for it: it was whole, whatever
///   follows. Kept, and reported;
/// - a *torn tail*, when no valid batch follows: cut;
/// - *lost pages*, when what is not a batch contains a page of zeros: data that was never synced
///   and whose pages reached the device out of order before power failed. Nothing of it was
///   promised durable; cut, with everything behind, so that what remains is a prefix;
/// - *damage*, too, when valid batches follow and nothing is missing.
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

  /// Whether something at the end was cut.
  public boolean wasCut() {
    return cut;
  }

  /// In ascending order.
  public List<RottenRange> damage() {
    return damage;
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

  /// Walks the segment up to the first batch that does not hold, and cuts there.
  public void runDoubtful(long trustedBelow, long limitOffset) throws IOException {
    BatchScanner scanner = segment.scan(begin(trustedBelow), bufferBytes, true);
    nextOffset = Math.max(nextOffset, segment.baseOffset());
    lastEpoch = -1;
    while (scanner.next() && continuesLog(scanner, limitOffset)) {
      note(scanner);
    }
    cut = scanner.stop() != BatchScanner.Stop.END;
    segment.endRebuild((int) scanner.position(), cut);
  }

  /// Walks the segment and tells lost tails from damage.
  ///
  /// @param trustedBelow batches and index entries below this offset are known to be durable and
  ///   whole; the walk begins at the last index entry below it, or at 0 where the index does not
  ///   hold what it should
  /// @param holes whether pages may be missing that were never synced; otherwise zeros are damage
  /// @param followed whether the next segment begins with a valid batch: then the end of this one
  ///   is no tail
  /// @param limitOffset base offset of the next segment, or [Long#MAX_VALUE]
  public void run(long trustedBelow, boolean holes, boolean followed, long limitOffset)
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
      long resumed = findValid(scanner.position() + 1, size, limitOffset);
      boolean lost = holes && hasLostSector(scanner.position(), resumed < 0 ? size : resumed);
      boolean validBehind = resumed >= 0 || (followed && scanner.stop() != BatchScanner.Stop.SHORT);
      if (!validBehind
          && nextOffset < trustedBelow
          && FlushedTail.isRotten(segment.file(), endPosition, size, scanner.stop())) {
        int flushed = flushedEnd(trustedBelow);
        damage.add(rotten(Math.min(trustedBelow, limitOffset), flushed));
        nextOffset = damage.getLast().nextOffset();
        endPosition = flushed;
        cut = flushed < size;
        break;
      }
      if (!validBehind || lost) {
        cut = true;
        break;
      }
      if (resumed < 0) {
        damage.add(rotten(limitOffset, size));
        endPosition = size;
        break;
      }
      scanner.seek(resumed);
      scanner.next();
      damage.add(rotten(scanner.baseOffset(), (int) resumed));
      segment.indexNextBatch();
      note(scanner);
    }
    segment.endRebuild((int) endPosition, cut);
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

  /// From the end of the last batch up to `behind`, where the next one begins.
  private RottenRange rotten(long behind, int behindPosition) {
    return new RottenRange(
        segment.baseOffset(), nextOffset, behind, (int) endPosition, behindPosition, false);
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
  /// In the range's first sector the zeros begin where the last good batch ends.
  private boolean hasLostSector(long from, long to) throws IOException {
    PageReader bytes = new PageReader(segment.file(), segment.size());
    long end = from / SECTOR * SECTOR + SECTOR;
    if (end < to && zeroHeader(end - from) && allZero(bytes, from, end)) {
      return true;
    }
    for (long sector = end; sector + SECTOR <= to; sector += SECTOR) {
      if (allZero(bytes, sector, sector + SECTOR)) {
        return true;
      }
    }
    return false;
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
