package io.millrace.benchmark.row;

/// How much each row does.
///
/// @param seconds how long loads run at most
/// @param warmSeconds how long each run loads the broker before it is measured
/// @param bulkBytes payload of one bulk run at most
/// @param fetchSeconds how long the fetch row reads
/// @param calmSeconds how long the idle broker is left alone after its start
/// @param idleSeconds how long it is watched then
/// @param steadySeconds how long the row about a steady load lasts
/// @param partitions of the row about many partitions
/// @param clusterPartitions of the rows about the start of a cluster
/// @param restartBytes payload that a killed broker has to recover
/// @param commits offsets that a group coordinator has to read again
public record Scale(
    double seconds,
    double warmSeconds,
    long bulkBytes,
    double fetchSeconds,
    double calmSeconds,
    double idleSeconds,
    double steadySeconds,
    int partitions,
    int clusterPartitions,
    long restartBytes,
    long commits) {
  private static final long MIB = 1 << 20;
  private static final long GB = 1_000_000_000;

  /// What the published table is made with.
  public static final Scale FULL =
      new Scale(5, 1, 2048 * MIB, 4, 10, 20, 3600, 2000, 10_000, 10 * GB, 10_000_000);

  /// A look, in a minute or two.
  public static final Scale QUICK =
      new Scale(2, 0.5, 384 * MIB, 1.5, 3, 3, 60, 500, 1_000, 128 * MIB, 1_000_000);
}
