package org.apache.kafka.raft;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.serialization.RecordSerde;

/// The only class that has to live in Kafka's package: reaches the constructor of [KafkaRaftClient]
/// that takes the message queue, the longest fetch wait and the source of randomness, the builders
/// that fit a request's content to a peer's version, and the client's own state.
public final class RaftClients {

  private RaftClients() {}

  /// Wraps a request of the quorum; `build(version)` on it moves fields to where that version has
  /// them.
  public static AbstractRequest.Builder<? extends AbstractRequest> requestBuilder(ApiMessage data) {
    return KafkaNetworkChannel.buildRequest(data);
  }

  /// Whether the client, which is initialized, is a voter and there is no other.
  public static boolean isOnlyVoter(KafkaRaftClient<?> client) {
    return client.quorum().isOnlyVoter();
  }

  /// Whether the client, which is initialized, follows a leader and has not begun an election.
  public static boolean isFollower(KafkaRaftClient<?> client) {
    return client.quorum().isFollower();
  }

  /// The leader that the client, which is initialized, knows in its current epoch. Other than
  /// [KafkaRaftClient#leaderAndEpoch] also where it is the client itself that has not announced it
  /// yet, or that has resigned.
  public static OptionalInt leaderId(KafkaRaftClient<?> client) {
    return client.quorum().leaderId();
  }

  public static boolean leads(KafkaRaftClient<?> client) {
    return client.quorum().isLeader();
  }

  public static boolean isVoter(KafkaRaftClient<?> client) {
    return client.quorum().isVoter();
  }

  /// Whether the client knows who leads its epoch and does not follow, for want of an address.
  public static boolean seeksItsLeader(KafkaRaftClient<?> client) {
    return client.quorum().isUnattached() && client.quorum().hasLeader();
  }

  public static int epoch(KafkaRaftClient<?> client) {
    return client.quorum().epoch();
  }

  /// Whether a leader keeps a state for this replica already. True where the client does not lead.
  public static boolean remembers(KafkaRaftClient<?> client, ReplicaKey replica) {
    return client
        .quorum()
        .maybeLeaderState()
        .map(state -> state.getReplicaState(replica).isPresent())
        .orElse(true);
  }

  /// How many observers a leader keeps a state for, after it has dropped those that it has not
  /// heard of for long; 0 where the client does not lead.
  public static int observers(KafkaRaftClient<?> client, long nowMs) {
    return client
        .quorum()
        .maybeLeaderState()
        .map(state -> state.observerStates(nowMs).size())
        .orElse(0);
  }

  public static <T> KafkaRaftClient<T> create(
      int nodeId,
      Uuid directoryId,
      RecordSerde<T> serde,
      NetworkChannel channel,
      RaftMessageQueue queue,
      RaftLog log,
      MemoryPool memoryPool,
      Time time,
      ExpirationService expirations,
      int fetchMaxWaitMs,
      boolean canBecomeVoter,
      String clusterId,
      Collection<InetSocketAddress> bootstrapServers,
      Endpoints localListeners,
      LogContext logContext,
      Random random,
      QuorumConfig config) {
    return new KafkaRaftClient<>(
        OptionalInt.of(nodeId),
        directoryId,
        serde,
        channel,
        queue,
        log,
        memoryPool,
        time,
        expirations,
        fetchMaxWaitMs,
        canBecomeVoter,
        clusterId,
        bootstrapServers,
        localListeners,
        Feature.KRAFT_VERSION.supportedVersionRange(),
        logContext,
        random,
        config);
  }
}
