package io.millrace.metadata.raft;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.apache.kafka.snapshot.SnapshotWriter;

/// The raft client as the controller and the image see it: the real one, except that listeners
/// register with [ListenerFanOut] and that its life is not theirs to end.
final class HostedRaftClient implements RaftClient<ApiMessageAndVersion> {

  private final KafkaRaftClient<ApiMessageAndVersion> client;
  private final ListenerFanOut listeners;

  HostedRaftClient(KafkaRaftClient<ApiMessageAndVersion> client, ListenerFanOut listeners) {
    this.client = client;
    this.listeners = listeners;
  }

  @Override
  public void register(Listener<ApiMessageAndVersion> listener) {
    listeners.add(listener);
  }

  /// Listeners stay until the node is closed.
  @Override
  public void unregister(Listener<ApiMessageAndVersion> listener) {}

  @Override
  public OptionalLong highWatermark() {
    return client.highWatermark();
  }

  @Override
  public LeaderAndEpoch leaderAndEpoch() {
    return client.leaderAndEpoch();
  }

  @Override
  public OptionalInt nodeId() {
    return client.nodeId();
  }

  @Override
  public Optional<Node> voterNode(int id, ListenerName listenerName) {
    return client.voterNode(id, listenerName);
  }

  @Override
  public long prepareAppend(int epoch, List<ApiMessageAndVersion> records) {
    return client.prepareAppend(epoch, records);
  }

  @Override
  public void schedulePreparedAppend() {
    client.schedulePreparedAppend();
  }

  @Override
  public CompletableFuture<Void> shutdown(int timeoutMs) {
    throw new UnsupportedOperationException("RaftHost ends the raft client");
  }

  @Override
  public void resign(int epoch) {
    client.resign(epoch);
  }

  @Override
  public Optional<SnapshotWriter<ApiMessageAndVersion>> createSnapshot(
      OffsetAndEpoch snapshotId, long lastContainedLogTime) {
    throw new UnsupportedOperationException("RaftHost.createSnapshot does this on the raft loop");
  }

  @Override
  public Optional<OffsetAndEpoch> latestSnapshotId() {
    return client.latestSnapshotId();
  }

  @Override
  public long logEndOffset() {
    return client.logEndOffset();
  }

  @Override
  public KRaftVersion kraftVersion() {
    return client.kraftVersion();
  }

  @Override
  public void upgradeKRaftVersion(int epoch, KRaftVersion version, boolean validateOnly) {
    client.upgradeKRaftVersion(epoch, version, validateOnly);
  }

  @Override
  public void close() {}
}
