package io.millrace.log;

/// A record found by its timestamp, as ListOffsets answers it.
///
/// @param leaderEpoch of the batch that holds the record, -1 when unknown
public record OffsetTimestamp(long offset, long timestampMs, int leaderEpoch) {

  /// There is no such record.
  public static final OffsetTimestamp NONE = new OffsetTimestamp(-1, -1, -1);
}
