package io.millrace.metadata.raft;

import java.util.List;
import java.util.function.IntToLongFunction;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.VoteResponseData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.raft.Endpoints;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClients;
import org.apache.kafka.raft.RaftUtil;
import org.apache.kafka.raft.ReplicaKey;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.OffsetAndEpoch;

/// What this node tells its own raft client in a peer's name, so that it acts on evidence at once
/// and not when a timer ends: that the leader resigned, that somebody stands for the next epoch.
/// Either is something that any peer may say at any time, so that no promise of Raft hangs on it.
///
/// Owned by the loop `raft`.
final class Prompts implements Succession.Host {

  private static final int NO_LEADER = -1;

  /// A leader that has not answered for this part of the fetch timeout is silent to a voter that is
  /// asked; the asking one has waited for all of it. A leader that lives answers within a sixth.
  private static final int SILENT_PART = 2;

  static final RequestHeaderData RESIGNATION_HEADER = header(ApiKeys.END_QUORUM_EPOCH);

  private static final RequestHeaderData DOUBT_HEADER = header(ApiKeys.VOTE);

  private final int nodeId;
  private final String clusterId;
  private final ListenerName listener;
  private final long fetchTimeoutMs;
  private final KafkaRaftClient<ApiMessageAndVersion> client;
  private final MetadataLog log;
  private final RaftInbox inbox;
  private final IntToLongFunction silenceNanos;

  /// @param listener the controllers' listener
  /// @param silenceNanos by node id, for how long it has answered nothing
  Prompts(
      int nodeId,
      String clusterId,
      ListenerName listener,
      long fetchTimeoutMs,
      KafkaRaftClient<ApiMessageAndVersion> client,
      MetadataLog log,
      RaftInbox inbox,
      IntToLongFunction silenceNanos) {
    this.nodeId = nodeId;
    this.clusterId = clusterId;
    this.listener = listener;
    this.fetchTimeoutMs = fetchTimeoutMs;
    this.client = client;
    this.log = log;
    this.inbox = inbox;
    this.silenceNanos = silenceNanos;
  }

  private static RequestHeaderData header(ApiKeys api) {
    return new RequestHeaderData()
        .setRequestApiKey(api.id)
        .setRequestApiVersion(api.latestVersion());
  }

  /// What the leader of `epoch` would say when it resigns.
  ///
  /// @param successors in the order in which they are to try
  EndQuorumEpochRequestData resignation(int leaderId, int epoch, List<Integer> successors) {
    return RaftUtil.singletonEndQuorumEpochRequest(
        log.topicPartition(),
        clusterId,
        epoch,
        leaderId,
        successors.stream().map(id -> ReplicaKey.of(id, ReplicaKey.NO_DIRECTORY_ID)).toList());
  }

  /// Makes the client leave its epoch, as somebody's pre-vote for the next one does. The leader, if
  /// there is one, hears of that epoch in this node's next answer, and there is an election.
  void doubtEpoch() {
    int nobody = nodeId == 0 ? 1 : 0;
    tell(
        DOUBT_HEADER,
        RaftUtil.singletonVoteRequest(
            log.topicPartition(),
            clusterId,
            RaftClients.epoch(client) + 1,
            ReplicaKey.of(nobody, ReplicaKey.NO_DIRECTORY_ID),
            ReplicaKey.of(-1, ReplicaKey.NO_DIRECTORY_ID),
            0,
            0,
            true));
  }

  private void tell(RequestHeaderData header, ApiMessage message) {
    inbox.deliver(listener, header, message, _ -> {});
  }

  @Override
  public boolean isFollower() {
    return RaftClients.isFollower(client);
  }

  @Override
  public int epoch() {
    return client.leaderAndEpoch().epoch();
  }

  @Override
  public boolean isLeaderSilent() {
    int leader = client.leaderAndEpoch().leaderId().orElse(NO_LEADER);
    return silenceNanos.applyAsLong(leader) / 1_000_000 > fetchTimeoutMs / SILENT_PART;
  }

  @Override
  public boolean reaches(int lastEpoch, long endOffset) {
    OffsetAndEpoch own = new OffsetAndEpoch(log.endOffset().offset(), log.lastFetchedEpoch());
    return new OffsetAndEpoch(endOffset, lastEpoch).compareTo(own) >= 0;
  }

  @Override
  public void stand() {
    succeed(nodeId);
  }

  /// Whoever is not named among the successors waits longest.
  @Override
  public void stepBack() {
    client.leaderAndEpoch().leaderId().ifPresent(this::succeed);
  }

  private void succeed(int successor) {
    LeaderAndEpoch now = client.leaderAndEpoch();
    if (now.leaderId().isPresent()) {
      tell(
          RESIGNATION_HEADER,
          resignation(now.leaderId().getAsInt(), now.epoch(), List.of(successor)));
    }
  }

  @Override
  public VoteResponseData granted(short version) {
    return RaftUtil.singletonVoteResponse(
        listener,
        version,
        Errors.NONE,
        log.topicPartition(),
        Errors.NONE,
        epoch(),
        NO_LEADER,
        true,
        Endpoints.empty());
  }
}
