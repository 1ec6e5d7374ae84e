package io.millrace.log;

import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/// What became of an append.
public sealed interface AppendOutcome {

  /// The batches are in the log (in the page cache, not yet on the device).
  ///
  /// @param firstOffset offset of the first record
  /// @param lastOffset offset of the last record
  /// @param logAppendTimeMs the time given to the records, -1 when they keep the producer's
  /// @param logStartOffset of the log, for the answer
  /// @param flushDue whether `flush.messages` asks for a flush now
  record Appended(
      long firstOffset,
      long lastOffset,
      long logAppendTimeMs,
      long logStartOffset,
      boolean flushDue)
      implements AppendOutcome {}

  /// The producer repeated a batch; nothing was written. One of its last five is answered as a
  /// success with the offsets of the first time. An older one's are forgotten: it is answered with
  /// DUPLICATE_SEQUENCE_NUMBER, which producers take for a success without an offset.
  ///
  /// @param firstOffset -1 where the offsets are forgotten
  /// @param lastOffset the batch does not lie behind it
  /// @param logAppendTimeMs as answered the first time: -1 unless the topic uses LogAppendTime
  record Duplicate(long firstOffset, long lastOffset, long logAppendTimeMs, long logStartOffset)
      implements AppendOutcome {}

  /// Nothing was written.
  ///
  /// @param recordErrors the records at fault, empty where the whole batch is
  record Refused(Errors error, String message, List<RecordError> recordErrors)
      implements AppendOutcome {

    public Refused(Errors error, String message) {
      this(error, message, List.of());
    }
  }

  /// The disk failed. What was written is not part of the log; the log directory must be taken
  /// offline and the log must not be used again.
  record Failed(IOException cause) implements AppendOutcome {}
}
