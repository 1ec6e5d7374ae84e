package io.millrace.log.scrub;

import io.millrace.log.PartitionLog;
import io.millrace.log.ScrubView;
import io.millrace.log.segment.RottenRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Goes through one log, or a part of it, a piece at a time: what is flushed and committed. What is
/// not flushed has not reached the device, and what is not committed may yet be cut.
///
/// ```
///  at a segment's beginning --a piece--> within it --its end--> at the next one's
///  within it --the log was cut meanwhile--> at its beginning
/// ```
final class LogScrub {

  private final ScrubTarget target;
  private final ScrubFigures figures;
  private final ScrubListener listener;

  private final long fromOffset;

  /// Whether somebody suspects what lies at `fromOffset`.
  private final boolean suspected;

  private boolean begun;
  private long segment;
  private int position;
  private long next;
  private int epoch = -1;
  private int truncations = -1;

  private LogScrub(
      ScrubTarget target,
      long fromOffset,
      boolean suspected,
      ScrubFigures figures,
      ScrubListener listener) {
    this.target = target;
    this.fromOffset = fromOffset;
    this.segment = fromOffset;
    this.suspected = suspected;
    this.figures = figures;
    this.listener = listener;
  }

  /// Of all of a log.
  static LogScrub whole(ScrubTarget target, ScrubFigures figures, ScrubListener listener) {
    return new LogScrub(target, 0, false, figures, listener);
  }

  /// From the last indexed batch at or below an offset that somebody suspects on.
  static LogScrub suspected(
      ScrubTarget target, long offset, ScrubFigures figures, ScrubListener listener) {
    return new LogScrub(target, offset, true, figures, listener);
  }

  /// Reads about `bytes`. Blocks.
  ///
  /// @return bytes read, -1 when nothing is left
  int step(int bytes) throws IOException {
    ScrubView view = view();
    if (view == null) {
      return -1;
    }
    try {
      if (!begun || view.truncations() != truncations || view.baseOffset() != segment) {
        begin(view);
      }
      return read(view, bytes);
    } finally {
      view.file().release();
    }
  }

  private @Nullable ScrubView view() throws IOException {
    ScrubView[] taken = new ScrubView[1];
    target
        .owner()
        .guarded(log -> {
          if (isCurrent(log)) {
            taken[0] = log.scrubView(Math.max(segment, log.firstSegmentOffset()));
          }
        });
    return taken[0];
  }

  /// A replica that has moved to another directory has another log.
  private boolean isCurrent(PartitionLog log) {
    return log == target.hosted().log();
  }

  private void begin(ScrubView view) throws IOException {
    begun = true;
    segment = view.baseOffset();
    truncations = view.truncations();
    position = 0;
    next = segment;
    epoch = view.epochBefore();
    if (suspected) {
      target.owner().guarded(log -> position = isCurrent(log) ? log.indexedBefore(fromOffset) : 0);
      if (isSoundAt(view, position)) {
        epoch = -1;
      } else {
        // The batch before tells where the rotten range begins.
        position = 0;
      }
    } else if (view.sealed()) {
      boolean[] mended = new boolean[1];
      target.owner().guarded(log -> mended[0] = isCurrent(log) && log.mendIndexes(segment));
      if (mended[0]) {
        figures.onIndexMended();
      }
    }
  }

  private boolean isSoundAt(ScrubView view, int at) throws IOException {
    return new SegmentScrub(view, at, segment, -1).run(at + 1, Long.MAX_VALUE) == null;
  }

  private int read(ScrubView view, int bytes) throws IOException {
    long end = Math.min(view.flushedOffset(), target.owner().highWatermark());
    int from = position;
    int limit = (int) Math.min(view.size(), (long) from + bytes);
    SegmentScrub scrub = new SegmentScrub(view, from, next, epoch);
    List<RottenRange> found = new ArrayList<>();
    while (!scrub.atEnd() && scrub.position() < limit && scrub.next() < end) {
      RottenRange range = scrub.run(limit, end);
      if (range != null
          && range.nextOffset() > view.logStartOffset()
          && isStillRotten(view, range, scrub.epoch(), end)) {
        found.add(range);
      }
    }
    figures.onRead(scrub.batches(), scrub.position() - from);
    for (RottenRange range : found) {
      report(view, range);
    }
    position = scrub.position();
    next = scrub.next();
    epoch = scrub.epoch();
    if (next >= end || (scrub.atEnd() && !view.sealed())) {
      return -1;
    }
    int read = position - from;
    if (scrub.atEnd()) {
      segment = view.limitOffset();
      begun = false;
    }
    return read;
  }

  /// A second look: it may have been repaired meanwhile, or read wrongly.
  private static boolean isStillRotten(ScrubView view, RottenRange range, int epoch, long end)
      throws IOException {
    SegmentScrub again = new SegmentScrub(view, range.position(), range.firstOffset(), epoch);
    return range.equals(again.run(view.size(), end));
  }

  private void report(ScrubView view, RottenRange range) throws IOException {
    RottenRange[] known = new RottenRange[1];
    boolean[] news = new boolean[1];
    target
        .owner()
        .guarded(log -> {
          if (isCurrent(log)) {
            int before = log.rot().size();
            known[0] = log.noteRot(view, range);
            news[0] = log.rot().size() > before;
          }
        });
    if (news[0]) {
      figures.onRotten();
    }
    RottenRange noted = known[0];
    if (noted != null) {
      listener.onRot(target.hosted().partition(), noted);
    }
  }
}
