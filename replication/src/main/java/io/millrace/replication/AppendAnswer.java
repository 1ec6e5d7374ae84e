package io.millrace.replication;

import io.millrace.log.RecordError;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// What became of one partition's part of a produce request. Filled by [Partition#append], read by
/// whoever passed it, then used again.
public final class AppendAnswer {

  /// [#awaitOffset] when there is nothing to wait for.
  public static final long ACKED = -1;

  Errors error = Errors.NONE;
  @Nullable String message;
  List<RecordError> recordErrors = List.of();
  long baseOffset;
  long lastOffset;
  long logAppendTimeMs;
  long logStartOffset;
  long awaitOffset;

  /// Forgets what the last append said.
  public void clear() {
    error = Errors.NONE;
    message = null;
    recordErrors = List.of();
    baseOffset = -1;
    lastOffset = -1;
    logAppendTimeMs = -1;
    logStartOffset = -1;
    awaitOffset = ACKED;
  }

  /// Nothing is to be written, for this reason.
  public void refuse(Errors why, @Nullable String what) {
    clear();
    error = why;
    message = what;
  }

  /// What to answer, once [#awaitOffset] is reached: DUPLICATE_SEQUENCE_NUMBER waits like a
  /// success.
  public Errors error() {
    return error;
  }

  public @Nullable String message() {
    return message;
  }

  /// The records at fault, if single ones are.
  public List<RecordError> recordErrors() {
    return recordErrors;
  }

  /// Offset of the first record, -1 when nothing was written.
  public long baseOffset() {
    return baseOffset;
  }

  /// Offset of the last record, -1 when nothing was written.
  public long lastOffset() {
    return lastOffset;
  }

  /// The time that the topic gave to the records, -1 when they keep the producer's.
  public long logAppendTimeMs() {
    return logAppendTimeMs;
  }

  public long logStartOffset() {
    return logStartOffset;
  }

  /// The offset that [Partition#awaitAck] must wait for before the client is answered, or [#ACKED].
  public long awaitOffset() {
    return awaitOffset;
  }
}
