package io.millrace.metadata.raft;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.raft.Batch;
import org.apache.kafka.raft.BatchReader;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.raft.internals.MemoryBatchReader;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.SnapshotReader;

/// The one listener that `KafkaRaftClient` knows; gives everything to ours, in the order in which
/// they registered. (The client itself keeps its listeners by identity hash: their order would vary
/// from run to run.)
///
/// Batches are decoded once and shared; a listener queues them and must not change them. The raft
/// client's own reader is closed at once, so that a slow listener holds back nobody; what it has
/// not applied yet is bounded by the log behind the last snapshot.
final class ListenerFanOut implements RaftClient.Listener<ApiMessageAndVersion> {

  /// Opens one more reader of a snapshot.
  interface Snapshots {
    SnapshotReader<ApiMessageAndVersion> open(OffsetAndEpoch id);
  }

  private final Snapshots snapshots;
  private final List<RaftClient.Listener<ApiMessageAndVersion>> listeners = new ArrayList<>();

  ListenerFanOut(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  /// Only before the raft client is started.
  void add(RaftClient.Listener<ApiMessageAndVersion> listener) {
    listeners.add(listener);
  }

  @Override
  public void handleCommit(BatchReader<ApiMessageAndVersion> reader) {
    List<Batch<ApiMessageAndVersion>> batches = new ArrayList<>();
    try (reader) {
      while (reader.hasNext()) {
        batches.add(reader.next());
      }
    }
    if (batches.isEmpty()) {
      return;
    }
    for (RaftClient.Listener<ApiMessageAndVersion> listener : listeners) {
      listener.handleCommit(MemoryBatchReader.of(batches, _ -> {}));
    }
  }

  @Override
  public void handleLoadSnapshot(SnapshotReader<ApiMessageAndVersion> reader) {
    OffsetAndEpoch id = reader.snapshotId();
    int last = listeners.size() - 1;
    for (int i = 0; i < last; i++) {
      listeners.get(i).handleLoadSnapshot(snapshots.open(id));
    }
    listeners.get(last).handleLoadSnapshot(reader);
  }

  /// The bootstrap checkpoint of the quorum holds voters, no metadata.
  @Override
  public void handleLoadBootstrap(SnapshotReader<ApiMessageAndVersion> reader) {
    reader.close();
  }

  @Override
  public void handleLeaderChange(LeaderAndEpoch leader) {
    for (RaftClient.Listener<ApiMessageAndVersion> listener : listeners) {
      listener.handleLeaderChange(leader);
    }
  }

  @Override
  public void beginShutdown() {
    for (RaftClient.Listener<ApiMessageAndVersion> listener : listeners) {
      listener.beginShutdown();
    }
  }
}
