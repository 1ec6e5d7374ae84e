package io.millrace.log;

/// Where a leader epoch ends, as OffsetForLeaderEpoch answers it.
///
/// @param epoch the largest epoch of the log that is not above the one asked for, -1 when undefined
/// @param endOffset the first offset behind it, -1 when undefined
public record EpochEnd(int epoch, long endOffset) {

  /// The log knows nothing of the epoch.
  public static final EpochEnd UNDEFINED = new EpochEnd(-1, -1);

  public boolean isDefined() {
    return endOffset >= 0;
  }
}
