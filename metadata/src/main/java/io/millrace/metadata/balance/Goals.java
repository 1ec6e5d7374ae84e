package io.millrace.metadata.balance;

/// What a plan may touch. Replicas of drained and vanished brokers are moved in any case.
///
/// @param replicas even out how many replicas the brokers hold, and keep a partition's replicas in
///   different racks
/// @param disk even out bytes, where they are known
/// @param leaders even out how many partitions the brokers are the preferred leaders of
public record Goals(boolean replicas, boolean disk, boolean leaders) {

  public static final Goals ALL = new Goals(true, true, true);

  /// Moves no data: only the order of replicas changes.
  public static final Goals LEADERS_ONLY = new Goals(false, false, true);

  /// Empties drained brokers and touches nothing else.
  public static final Goals EVACUATE = new Goals(false, false, false);
}
