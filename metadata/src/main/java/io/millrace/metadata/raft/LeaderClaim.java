package io.millrace.metadata.raft;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.BeginQuorumEpochResponseData;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.EndQuorumEpochResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.message.UpdateRaftVoterResponseData;
import org.apache.kafka.common.message.VoteResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/// What a message of a peer says about the leader of the metadata log.
///
/// @param leaderId negative where the peer knows none
record LeaderClaim(int leaderId, int epoch, Endpoint endpoint) {

  /// Where the message says that controllers reach the leader.
  enum Endpoint {
    GIVEN,
    /// Only other listeners have one, and the client would take those.
    OF_OTHER_LISTENERS,
    NONE
  }

  /// The claim in a request or an answer; null where it makes none, or is not about the one
  /// partition of the one topic that there is, and the client will refuse it.
  ///
  /// @param listener by which controllers reach each other
  static @Nullable LeaderClaim in(ApiMessage message, String listener) {
    return switch (message) {
      case BeginQuorumEpochRequestData begin -> {
        var said = only(begin.topics(), BeginQuorumEpochRequestData.TopicData::partitions);
        yield said == null
            ? null
            : new LeaderClaim(
                said.leaderId(),
                said.leaderEpoch(),
                named(
                    begin.leaderEndpoints(),
                    BeginQuorumEpochRequestData.LeaderEndpoint::name,
                    listener));
      }
      case EndQuorumEpochRequestData end -> {
        var said = only(end.topics(), EndQuorumEpochRequestData.TopicData::partitions);
        yield said == null
            ? null
            : new LeaderClaim(
                said.leaderId(),
                said.leaderEpoch(),
                named(
                    end.leaderEndpoints(),
                    EndQuorumEpochRequestData.LeaderEndpoint::name,
                    listener));
      }
      case VoteResponseData vote -> {
        var said = only(vote.topics(), VoteResponseData.TopicData::partitions);
        yield said == null
            ? null
            : new LeaderClaim(
                said.leaderId(),
                said.leaderEpoch(),
                of(vote.nodeEndpoints(), VoteResponseData.NodeEndpoint::nodeId, said.leaderId()));
      }
      case BeginQuorumEpochResponseData begin -> {
        var said = only(begin.topics(), BeginQuorumEpochResponseData.TopicData::partitions);
        yield said == null
            ? null
            : new LeaderClaim(
                said.leaderId(),
                said.leaderEpoch(),
                of(
                    begin.nodeEndpoints(),
                    BeginQuorumEpochResponseData.NodeEndpoint::nodeId,
                    said.leaderId()));
      }
      case EndQuorumEpochResponseData end -> {
        var said = only(end.topics(), EndQuorumEpochResponseData.TopicData::partitions);
        yield said == null
            ? null
            : new LeaderClaim(
                said.leaderId(),
                said.leaderEpoch(),
                of(
                    end.nodeEndpoints(),
                    EndQuorumEpochResponseData.NodeEndpoint::nodeId,
                    said.leaderId()));
      }
      case FetchResponseData fetch -> {
        var said = only(fetch.responses(), FetchResponseData.FetchableTopicResponse::partitions);
        yield said == null
            ? null
            : new LeaderClaim(
                said.currentLeader().leaderId(),
                said.currentLeader().leaderEpoch(),
                of(
                    fetch.nodeEndpoints(),
                    FetchResponseData.NodeEndpoint::nodeId,
                    said.currentLeader().leaderId()));
      }
      case FetchSnapshotResponseData fetch -> {
        var said = only(fetch.topics(), FetchSnapshotResponseData.TopicSnapshot::partitions);
        yield said == null
            ? null
            : new LeaderClaim(
                said.currentLeader().leaderId(),
                said.currentLeader().leaderEpoch(),
                of(
                    fetch.nodeEndpoints(),
                    FetchSnapshotResponseData.NodeEndpoint::nodeId,
                    said.currentLeader().leaderId()));
      }
      case UpdateRaftVoterResponseData update ->
          new LeaderClaim(
              update.currentLeader().leaderId(),
              update.currentLeader().leaderEpoch(),
              update.currentLeader().host().isEmpty() ? Endpoint.NONE : Endpoint.GIVEN);
      default -> null;
    };
  }

  private static <T, P> @Nullable P only(List<T> topics, Function<T, List<P>> partitionsOf) {
    if (topics.size() != 1) {
      return null;
    }
    List<P> partitions = partitionsOf.apply(topics.getFirst());
    return partitions.size() == 1 ? partitions.getFirst() : null;
  }

  private static <E> Endpoint named(
      Collection<E> endpoints, Function<E, String> name, String listener) {
    if (endpoints.isEmpty()) {
      return Endpoint.NONE;
    }
    boolean given =
        endpoints.stream().anyMatch(endpoint -> listener.equalsIgnoreCase(name.apply(endpoint)));
    return given ? Endpoint.GIVEN : Endpoint.OF_OTHER_LISTENERS;
  }

  private static <E> Endpoint of(Collection<E> endpoints, ToIntFunction<E> nodeId, int leaderId) {
    boolean given =
        endpoints.stream().anyMatch(endpoint -> nodeId.applyAsInt(endpoint) == leaderId);
    return given ? Endpoint.GIVEN : Endpoint.NONE;
  }
}
