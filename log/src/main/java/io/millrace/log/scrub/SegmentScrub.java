package io.millrace.log.scrub;

import io.millrace.log.ScrubView;
import io.millrace.log.format.BatchHeader;
import io.millrace.log.format.BatchScanner;
import io.millrace.log.segment.RottenRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Judges the batches of one segment, from a place that is known to be a batch's beginning on.
///
/// A batch is sound where its checksum holds and offset and epoch, which lie outside the checksum,
/// fit: neither goes back behind the batch before, nor is ahead of the batch behind. A gap between
/// offsets alone is no rot, since compaction leaves such. Where one is not sound, the range reaches
/// to the next that is. Used by one worker at a time.
final class SegmentScrub {

  private static final int BUFFER_BYTES = 1 << 20;

  private final ScrubView view;
  private final BatchScanner scanner;
  private final BatchScanner ahead;
  private int position;
  private long next;
  private int epoch;
  private long batches;

  /// @param position where a batch begins
  /// @param next the least offset that it may have
  /// @param epoch of the batch before, -1 when not known
  SegmentScrub(ScrubView view, int position, long next, int epoch) {
    this.view = view;
    this.position = position;
    this.next = next;
    this.epoch = epoch;
    this.scanner = new BatchScanner(view.file(), position, view.size(), BUFFER_BYTES, true);
    this.ahead = new BatchScanner(view.file(), 0, view.size(), BatchHeader.SIZE, false);
  }

  /// Where the next batch begins.
  int position() {
    return position;
  }

  /// The least offset that the next batch may have.
  long next() {
    return next;
  }

  /// Of the last batch.
  int epoch() {
    return epoch;
  }

  /// Sound ones so far.
  long batches() {
    return batches;
  }

  boolean atEnd() {
    return position >= view.size();
  }

  /// Goes on to the first batch at or behind `limit` or to the next rotten range, whichever comes
  /// first; then behind that range.
  ///
  /// @param endOffset nothing from there on is looked at
  /// @return the range, null when all was sound
  @Nullable RottenRange run(int limit, long endOffset) throws IOException {
    while (position < limit && position < view.size() && next < endOffset) {
      scanner.seek(position);
      if (scanner.next() && fits(scanner)) {
        batches++;
        pass();
      } else {
        return rotten();
      }
    }
    return null;
  }

  private void pass() {
    position = (int) scanner.position() + scanner.size();
    next = scanner.lastOffset() + 1;
    epoch = Math.max(epoch, scanner.leaderEpoch());
  }

  private RottenRange rotten() throws IOException {
    int from = position;
    long first = next;
    position = findSound(from + 1);
    scanner.seek(position);
    long behind = position < view.size() && scanner.next() ? scanner.baseOffset() : limit();
    next = behind;
    return new RottenRange(view.baseOffset(), first, behind, from, position, false);
  }

  private long limit() {
    return view.limitOffset();
  }

  private boolean fits(BatchScanner batch) throws IOException {
    return batch.baseOffset() >= next
        && batch.lastOffset() < view.limitOffset()
        && (batch.leaderEpoch() < 0 || batch.leaderEpoch() >= epoch)
        && !isAheadOfNext(batch);
  }

  /// Whether it jumps, and the batch behind it says that this is not true.
  private boolean isAheadOfNext(BatchScanner batch) throws IOException {
    if (batch.baseOffset() == next && batch.leaderEpoch() == epoch) {
      return false;
    }
    ahead.seek(batch.position() + batch.size());
    return ahead.next()
        && ahead.baseOffset() >= next
        && (ahead.baseOffset() <= batch.lastOffset()
            || (ahead.leaderEpoch() >= epoch && ahead.leaderEpoch() < batch.leaderEpoch()));
  }

  /// Position of the first sound batch at or behind `from`, the segment's size where there is none.
  private int findSound(int from) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(BUFFER_BYTES);
    for (int at = from; at + BatchHeader.SIZE <= view.size(); ) {
      chunk.clear().limit(Math.min(chunk.capacity(), view.size() - at));
      while (chunk.hasRemaining() && view.file().read(chunk, at + chunk.position()) > 0) {}
      int usable = chunk.position() - BatchHeader.MAGIC_END + 1;
      if (usable <= 0) {
        break;
      }
      for (int i = 0; i < usable; i++) {
        // Cheap tests first: the magic, then an offset that can be.
        if (chunk.get(i + 16) == 2 && chunk.get(i) == 0 && chunk.get(i + 8) >= 0) {
          scanner.seek(at + i);
          if (scanner.next() && fits(scanner)) {
            return at + i;
          }
        }
      }
      at += usable;
    }
    return view.size();
  }
}
