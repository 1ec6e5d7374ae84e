package io.millrace.replication;

import io.millrace.log.OffsetTimestamp;
import io.millrace.log.PartitionLog;
import java.io.IOException;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// The answer to a question about a partition: what its guard saw at one moment.
public final class PartitionQuery {

  Errors error = Errors.NONE;
  int leaderEpoch = -1;
  long highWatermark = -1;
  long lastStableOffset = -1;
  long leaderEpochStart = -1;
  long logStartOffset = -1;
  long followersLogStart = -1;

  /// For the question's own result.
  public @Nullable OffsetTimestamp found;

  PartitionQuery() {}

  /// A question, asked under the partition's guard: short, and calls nobody.
  @FunctionalInterface
  public interface Question {
    void ask(PartitionLog log, PartitionQuery answer) throws IOException;
  }

  public Errors error() {
    return error;
  }

  public void refuse(Errors why) {
    error = why;
  }

  public int leaderEpoch() {
    return leaderEpoch;
  }

  public long highWatermark() {
    return highWatermark;
  }

  public long lastStableOffset() {
    return lastStableOffset;
  }

  /// The log end at which the current leader took over. Until the high watermark has reached it,
  /// the committed end is not known (KIP-207).
  public long leaderEpochStart() {
    return leaderEpochStart;
  }

  public long logStartOffset() {
    return logStartOffset;
  }

  /// Where the question was for the low watermark: how far it would be but for the leader's own
  /// disk, which is about to have the log start; -1 while nobody knows.
  public long followersLogStart() {
    return followersLogStart;
  }
}
