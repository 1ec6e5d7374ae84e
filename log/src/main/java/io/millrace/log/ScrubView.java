package io.millrace.log;

import io.millrace.log.format.LogFiles;
import io.millrace.log.segment.Segment;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A segment as it was at one moment, to be read without the log's guard: appends go on behind
/// `size`, a cut is told by [PartitionLog#truncations].
///
/// @param file opened for the holder, who releases it
/// @param baseOffset of the segment
/// @param limitOffset base offset of the next segment, or the log's end
/// @param size bytes of whole batches
/// @param epochBefore leader epoch that the record before the segment has, -1 when not known
/// @param sealed whether another segment follows
/// @param logStartOffset what lies below is deleted, and only waits for its file to go
/// @param flushedOffset below, everything has reached the device
/// @param truncations of the log
public record ScrubView(
    DiskFile file,
    long baseOffset,
    long limitOffset,
    int size,
    int epochBefore,
    boolean sealed,
    long logStartOffset,
    long flushedOffset,
    int truncations) {

  static @Nullable ScrubView of(LogState log, long offset) throws IOException {
    int index = Math.max(0, log.segments.floor(offset));
    Segment segment = log.segments.get(index);
    if (offset >= log.nextOffset) {
      return null;
    }
    // A handle of its own: thousands of old segments would each keep theirs open.
    DiskFile file = log.disk.openForRead(segment.path(LogFiles.LOG));
    return new ScrubView(
        file,
        segment.baseOffset(),
        log.segments.endOffset(index, log.nextOffset),
        segment.size(),
        log.epochs.epochForOffset(segment.baseOffset() - 1),
        index + 1 < log.segments.count(),
        log.logStartOffset,
        log.recoveryPoint,
        log.truncations);
  }
}
