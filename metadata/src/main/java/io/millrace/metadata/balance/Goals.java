package io.millrace.metadata.balance;

/// What a plan may touch. Replicas of drained and vanished brokers are moved in any case.
///
/// @param replicas even out how many replicas the brokers hold, and keep a partition's replicas in
///   different racks
/// @param disk empty disks that are too full and even out bytes, where they are known
/// @param leaders even out how many partitions the brokers are the preferred leaders of, and what
///   is written to these, where it is known
/// @param fullPercent a disk that is fuller is emptied, and none is filled so far, 1 to 100 (never)
public record Goals(boolean replicas, boolean disk, boolean leaders, int fullPercent) {

  public static final int DEFAULT_FULL_PERCENT = 85;

  public static final Goals ALL = new Goals(true, true, true, DEFAULT_FULL_PERCENT);

  /// Leaves bytes as they lie.
  public static final Goals COUNTS_ONLY = new Goals(true, false, true, DEFAULT_FULL_PERCENT);

  /// Moves no data: only the order of replicas changes.
  public static final Goals LEADERS_ONLY = new Goals(false, false, true, DEFAULT_FULL_PERCENT);

  /// Empties drained brokers and touches nothing else.
  public static final Goals EVACUATE = new Goals(false, false, false, DEFAULT_FULL_PERCENT);

  /// The same with another mark.
  public Goals withFullPercent(int percent) {
    return new Goals(replicas, disk, leaders, percent);
  }
}
