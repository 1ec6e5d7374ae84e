package io.millrace.log;

import io.millrace.log.format.LogFiles;
import io.millrace.log.segment.LogSegments;
import io.millrace.log.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Which segments a log may let go, oldest first: those below the log start offset, and with
/// `cleanup.policy=delete` those beyond `retention.bytes` and `retention.ms`. A segment goes only
/// when all of it lies below the high watermark, and the newest never goes while it is empty.
final class Retention {

  private final LogState log;
  private final long nowMs;
  private final long highWatermark;

  Retention(LogState log, long nowMs, long highWatermark) {
    this.log = log;
    this.nowMs = nowMs;
    this.highWatermark = highWatermark;
  }

  /// How many of the first segments go.
  int deletableSegments() throws IOException {
    int count = belowLogStart();
    if (log.config.delete()) {
      count = Math.max(count, beyondSize());
      count = Math.max(count, beyondAge(count));
    }
    return count;
  }

  private int belowLogStart() {
    int count = 0;
    // The end of a segment is the next one's base: the active one never qualifies.
    while (count + 1 < log.segments.count()
        && log.segments.get(count + 1).baseOffset() <= log.logStartOffset
        && mayGo(count)) {
      count++;
    }
    return count;
  }

  private int beyondSize() {
    long bound = log.config.retentionBytes();
    if (bound < 0) {
      return 0;
    }
    long excess = log.segments.size() - bound;
    int count = 0;
    while (count < log.segments.count()
        && excess - log.segments.get(count).size() >= 0
        && mayGo(count)) {
      excess -= log.segments.get(count).size();
      count++;
    }
    return count;
  }

  private int beyondAge(int from) throws IOException {
    long bound = log.config.retentionMs();
    int count = from;
    while (bound >= 0
        && count < log.segments.count()
        && nowMs - log.segments.get(count).retentionTimestamp() > bound
        && mayGo(count)) {
      count++;
    }
    return count;
  }

  private boolean mayGo(int index) {
    LogSegments segments = log.segments;
    boolean activeAndEmpty = index + 1 == segments.count() && segments.get(index).size() == 0;
    return !activeAndEmpty && highWatermark >= segments.endOffset(index, log.nextOffset);
  }

  /// Takes the first `count` segments out of the log; there must be one left.
  RetentionResult delete(int count) throws IOException {
    List<Path> files = new ArrayList<>();
    long bytes = 0;
    for (Segment segment : log.segments.removeFirst(count)) {
      bytes += segment.size();
      files.addAll(segment.markDeleted());
      // The snapshot at a segment's base serves to rebuild the state of that segment only.
      if (segment.baseOffset() != log.snapshots.latest()) {
        log.snapshots.delete(segment.baseOffset());
      }
    }
    log.snapshots.deleteBelow(
        Math.min(log.segments.first().baseOffset(), Math.max(0, log.snapshots.latest())));
    log.folderDirty = true;
    log.asLeft = false;
    return new RetentionResult(count, bytes, files, log.logStartOffset);
  }

  static boolean isDeletedFile(String name) {
    return name.endsWith(LogFiles.DELETED);
  }
}
