package io.millrace.log;

import org.apache.kafka.common.Uuid;

/// What the checkpoint files of a log directory know of one log before it is opened.
///
/// @param logStartOffset from `log-start-offset-checkpoint`, 0 when absent
/// @param recoveryPoint from `recovery-point-offset-checkpoint`, 0 when it has no entry, -1 when
///   the file is lost: everything below was made durable, everything from here on is walked and
///   checked
/// @param lastStop how the directory was left: after a clean stop nothing is walked
/// @param topicId to be found in or written to `partition.metadata`; [Uuid#ZERO_UUID] when the
///   caller does not know or care
/// @param topicIdRead whether the caller has just read it there
public record LogOpenState(
    long logStartOffset, long recoveryPoint, LastStop lastStop, Uuid topicId, boolean topicIdRead) {

  public LogOpenState(long logStartOffset, long recoveryPoint, LastStop lastStop, Uuid topicId) {
    this(logStartOffset, recoveryPoint, lastStop, topicId, false);
  }

  /// Of a log about which nothing is known: all of it is walked.
  public static LogOpenState unknown(Uuid topicId) {
    return new LogOpenState(0, 0, LastStop.UNKNOWN, topicId);
  }
}
