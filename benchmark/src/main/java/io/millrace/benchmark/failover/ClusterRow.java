package io.millrace.benchmark.failover;

import io.millrace.benchmark.row.Row;

/// A row that keeps a cluster of its own from run to run, and is left out of the table of one node:
/// what a blow to one of its nodes costs, or what replication does.
public interface ClusterRow extends Row {

  @Override
  default boolean onlyByName() {
    return true;
  }

  @Override
  default boolean alone() {
    return true;
  }

  @Override
  default boolean takesTurns() {
    return false;
  }

  /// The first blow finds cold code everywhere.
  @Override
  default boolean warms() {
    return true;
  }

  /// What lay in a gap is of interest for each.
  @Override
  default boolean tellsRuns() {
    return true;
  }
}
