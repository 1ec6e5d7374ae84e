package io.millrace.log;

import io.millrace.log.segment.RottenRange;
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
    } catch (DamagedBatchException e) {
      // The disk is sound, and so are the other logs on it.
      log.environment.reports().suspected(log.dir, startOffset);
      return new LogRead.Refused(Errors.KAFKA_STORAGE_ERROR, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new LogRead.Failed(e);
    }
  }

  private @Nullable LogRead find(
      long startOffset, int maxBytes, long endOffset, boolean minOneBatch) throws IOException {
    for (int i = log.segments.floor(startOffset); i < log.segments.count(); i++) {
      Segment segment = log.segments.get(i);
      RottenRange rotten = segment.rot().atOrBehind(startOffset);
      Segment.Found first = segment.find(startOffset);
      if (rotten != null && (first == null || first.position() >= rotten.position())) {
        return refusal(rotten);
      }
      if (first == null) {
        // Compaction may leave nothing behind an offset in its segment.
        continue;
      }
      long limit = endPosition(segment, i, endOffset);
      if (rotten != null) {
        limit = Math.min(limit, rotten.position());
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

  /// While a replica may have a sound copy, readers are to ask again: the error is one that they
  /// take for a reason to look for another leader, and to go on. Else they are told the truth.
  private static LogRead refusal(RottenRange rotten) {
    return new LogRead.Refused(
        rotten.lost() ? Errors.CORRUPT_MESSAGE : Errors.KAFKA_STORAGE_ERROR,
        "Offsets " + rotten.firstOffset() + " to " + rotten.nextOffset() + " are rotten");
  }

  /// Position in the segment behind the last batch that ends below `endOffset`.
  private long endPosition(Segment segment, int index, long endOffset) throws IOException {
    if (endOffset >= log.segments.endOffset(index, log.nextOffset)) {
      return segment.size();
    }
    RottenRange rotten = segment.rot().atOrBehind(endOffset);
    Segment.Found end = segment.find(endOffset);
    int position = end == null ? segment.size() : end.position();
    return rotten == null ? position : Math.min(position, rotten.position());
  }
}
