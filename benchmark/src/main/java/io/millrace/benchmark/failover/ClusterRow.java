package io.millrace.benchmark.failover;

import io.millrace.benchmark.broker.BrokerCluster;
import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.row.Row;
import io.millrace.benchmark.row.Trial;
import java.io.IOException;
import java.util.Map;

/// A row that keeps a cluster of its own from run to run, and is left out of the table of one node:
/// what a blow to one of its nodes costs, or what replication does.
public interface ClusterRow extends Row {

  /// Ends the broker itself and begins a cluster of its make in its place, which `clusters` holds
  /// from then on, begun or not.
  default void begin(Trial trial, int nodes, Map<BrokerUnderTest, BrokerCluster> clusters)
      throws IOException {
    trial.broker().stop();
    BrokerCluster cluster = trial.broker().cluster(name(), nodes);
    clusters.put(trial.broker(), cluster);
    cluster.begin();
  }

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
