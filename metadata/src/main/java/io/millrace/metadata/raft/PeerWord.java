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
import org.apache.kafka.common.protocol.Errors;

/// What a message of a peer says of the metadata log: an error, and who leads. The generated
/// classes of the quorum's messages have the same shape and no common type; this is it.
///
/// @param error of the whole answer, or else of its one partition; none in a request
/// @param leaderId negative where the peer knows none
/// @param epoch negative where the message is not about the one partition of the one topic that
///   there is: the client will refuse it
record PeerWord(Errors error, int leaderId, int epoch, Endpoint endpoint) {

  /// Where the message says that controllers reach the leader.
  enum Endpoint {
    GIVEN,
    /// Only other listeners have one, and the client would take those.
    OF_OTHER_LISTENERS,
    NONE
  }

  /// @param listener by which controllers reach each other
  static PeerWord in(ApiMessage message, String listener) {
    return switch (message) {
      case BeginQuorumEpochRequestData it ->
          of(
              it.topics(),
              BeginQuorumEpochRequestData.TopicData::partitions,
              said ->
                  new PeerWord(
                      Errors.NONE,
                      said.leaderId(),
                      said.leaderEpoch(),
                      named(
                          it.leaderEndpoints(),
                          BeginQuorumEpochRequestData.LeaderEndpoint::name,
                          listener)));
      case EndQuorumEpochRequestData it ->
          of(
              it.topics(),
              EndQuorumEpochRequestData.TopicData::partitions,
              said ->
                  new PeerWord(
                      Errors.NONE,
                      said.leaderId(),
                      said.leaderEpoch(),
                      named(
                          it.leaderEndpoints(),
                          EndQuorumEpochRequestData.LeaderEndpoint::name,
                          listener)));
      case VoteResponseData it when it.errorCode() == 0 ->
          of(
              it.topics(),
              VoteResponseData.TopicData::partitions,
              said ->
                  answered(
                      said.errorCode(),
                      said.leaderId(),
                      said.leaderEpoch(),
                      it.nodeEndpoints(),
                      VoteResponseData.NodeEndpoint::nodeId));
      case BeginQuorumEpochResponseData it when it.errorCode() == 0 ->
          of(
              it.topics(),
              BeginQuorumEpochResponseData.TopicData::partitions,
              said ->
                  answered(
                      said.errorCode(),
                      said.leaderId(),
                      said.leaderEpoch(),
                      it.nodeEndpoints(),
                      BeginQuorumEpochResponseData.NodeEndpoint::nodeId));
      case EndQuorumEpochResponseData it when it.errorCode() == 0 ->
          of(
              it.topics(),
              EndQuorumEpochResponseData.TopicData::partitions,
              said ->
                  answered(
                      said.errorCode(),
                      said.leaderId(),
                      said.leaderEpoch(),
                      it.nodeEndpoints(),
                      EndQuorumEpochResponseData.NodeEndpoint::nodeId));
      case FetchResponseData it when it.errorCode() == 0 ->
          of(
              it.responses(),
              FetchResponseData.FetchableTopicResponse::partitions,
              said ->
                  answered(
                      said.errorCode(),
                      said.currentLeader().leaderId(),
                      said.currentLeader().leaderEpoch(),
                      it.nodeEndpoints(),
                      FetchResponseData.NodeEndpoint::nodeId));
      case FetchSnapshotResponseData it when it.errorCode() == 0 ->
          of(
              it.topics(),
              FetchSnapshotResponseData.TopicSnapshot::partitions,
              said ->
                  answered(
                      said.errorCode(),
                      said.currentLeader().leaderId(),
                      said.currentLeader().leaderEpoch(),
                      it.nodeEndpoints(),
                      FetchSnapshotResponseData.NodeEndpoint::nodeId));
      case UpdateRaftVoterResponseData it ->
          new PeerWord(
              Errors.forCode(it.errorCode()),
              it.currentLeader().leaderId(),
              it.currentLeader().leaderEpoch(),
              it.currentLeader().host().isEmpty() ? Endpoint.NONE : Endpoint.GIVEN);
      case VoteResponseData it -> nothing(it.errorCode());
      case BeginQuorumEpochResponseData it -> nothing(it.errorCode());
      case EndQuorumEpochResponseData it -> nothing(it.errorCode());
      case FetchResponseData it -> nothing(it.errorCode());
      case FetchSnapshotResponseData it -> nothing(it.errorCode());
      default -> nothing(Errors.NONE.code());
    };
  }

  private static PeerWord nothing(short errorCode) {
    return new PeerWord(Errors.forCode(errorCode), -1, -1, Endpoint.NONE);
  }

  private static <T, P> PeerWord of(
      List<T> topics, Function<T, List<P>> partitionsOf, Function<P, PeerWord> word) {
    List<P> partitions = topics.size() == 1 ? partitionsOf.apply(topics.getFirst()) : List.of();
    return partitions.size() == 1 ? word.apply(partitions.getFirst()) : nothing(Errors.NONE.code());
  }

  private static <E> PeerWord answered(
      short errorCode, int leaderId, int epoch, Collection<E> endpoints, ToIntFunction<E> nodeId) {
    boolean given =
        endpoints.stream().anyMatch(endpoint -> nodeId.applyAsInt(endpoint) == leaderId);
    return new PeerWord(
        Errors.forCode(errorCode), leaderId, epoch, given ? Endpoint.GIVEN : Endpoint.NONE);
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
}
