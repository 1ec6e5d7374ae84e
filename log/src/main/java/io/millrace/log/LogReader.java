package io.millrace.log;

import io.millrace.log.segment.Segment;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.FileSlice;
import java.io.IOException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Turns offsets into slices of segment files.
final class LogReader {

  private final LogState log;

  LogReader(LogState log) {
    this.log = log;
  }

  LogRead read(long startOffset, int maxBytes, long maxOffsetExclusive, boolean minOneBatch) {
    if (log.closed) {
      return new LogRead.Refused(Errors.KAFKA_STORAGE_ERROR, "The log is closed");
    }
    if (startOffset < log.logStartOffset || startOffset > log.nextOffset) {
      return new LogRead.Refused(
          Errors.OFFSET_OUT_OF_RANGE,
          "Received request for offset "
              + startOffset
              + ", but the log has "
              + log.logStartOffset
              + " to "
              + log.nextOffset);
    }
    long end = Math.min(maxOffsetExclusive, log.nextOffset);
    if (startOffset >= end) {
      return LogRead.EMPTY;
    }
    try {
      LogRead found = log.withSoundIndexes(() -> find(startOffset, maxBytes, end, minOneBatch));
      return found == null ? LogRead.EMPTY : found;
    } catch (IOException e) {
      return new LogRead.Failed(e);
    }
  }

  private @Nullable LogRead find(
      long startOffset, int maxBytes, long endOffset, boolean minOneBatch) throws IOException {
    DamagedRange damage = log.damageAtOrBehind(startOffset);
    if (damage != null && damage.overlaps(startOffset)) {
      return new LogRead.Refused(
          Errors.CORRUPT_MESSAGE,
          "Offsets " + damage.firstOffset() + " to " + damage.nextValidOffset() + " are damaged");
    }
    for (int i = log.segments.floor(startOffset); i < log.segments.count(); i++) {
      Segment segment = log.segments.get(i);
      Segment.Found first = segment.find(startOffset);
      if (first == null) {
        // Compaction may leave nothing behind an offset in its segment.
        continue;
      }
      long limit = endPosition(segment, i, endOffset);
      if (damage != null && log.segments.floor(damage.firstOffset()) == i) {
        limit = Math.min(limit, damage.position());
      }
      if (maxBytes < first.size() && !minOneBatch) {
        // A part of a batch is of use only behind a whole one: clients take it alone for an error.
        return null;
      }
      long wanted = Math.max(maxBytes, first.size());
      int length = (int) Math.min(limit - first.position(), wanted);
      if (length <= 0) {
        return null;
      }
      DiskFile file = segment.file();
      file.retain();
      boolean recent = segment.isRecent(first.position());
      return new LogRead.Data(new FileSlice(file, first.position(), length, recent));
    }
    return null;
  }

  /// Position in the segment behind the last batch that ends below `endOffset`.
  private long endPosition(Segment segment, int index, long endOffset) throws IOException {
    if (endOffset >= log.segments.endOffset(index, log.nextOffset)) {
      return segment.size();
    }
    Segment.Found end = segment.find(endOffset);
    return end == null ? segment.size() : end.position();
  }
}
