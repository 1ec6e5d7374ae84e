package io.millrace.metadata.raft;

import java.util.function.BooleanSupplier;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.raft.RaftMessage;
import org.apache.kafka.raft.RaftRequest;
import org.apache.kafka.raft.RaftResponse;
import org.apache.kafka.raft.RaftUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps from the client what [PeerClaims] objects to: a request is refused, an answer counts as
/// none. And tells a client that knows who leads, but not where, the latter first. Loop `raft`.
final class RaftGate implements RaftQueue.Gate {

  private static final Logger LOG = LoggerFactory.getLogger(RaftGate.class);

  private final PeerClaims claims;
  private final BooleanSupplier isVoter;
  private final BooleanSupplier seeksItsLeader;
  private final Runnable doubtEpoch;

  /// @param isVoter whether this node is one now
  /// @param seeksItsLeader whether the client knows who leads its epoch and has no address of it
  /// @param doubtEpoch makes the client leave an epoch about which it has been lied to
  RaftGate(
      PeerClaims claims,
      BooleanSupplier isVoter,
      BooleanSupplier seeksItsLeader,
      Runnable doubtEpoch) {
    this.claims = claims;
    this.isVoter = isVoter;
    this.seeksItsLeader = seeksItsLeader;
    this.doubtEpoch = doubtEpoch;
  }

  @Override
  public @Nullable RaftMessage admit(RaftMessage message) {
    if (message instanceof RaftRequest.Inbound request) {
      return admit(request);
    }
    return message instanceof RaftResponse.Inbound answer ? admit(answer) : message;
  }

  private @Nullable RaftMessage admit(RaftRequest.Inbound request) {
    String objection = claims.objectionTo(request.data());
    if (objection == null) {
      return request;
    }
    LOG.warn("A {} is refused: {}", ApiKeys.forId(request.data().apiKey()), objection);
    request.completion.complete(
        new RaftResponse.Outbound(
            request.correlationId(), errorResponse(request.data(), Errors.INVALID_REQUEST)));
    return null;
  }

  private RaftMessage admit(RaftResponse.Inbound answer) {
    String objection = claims.objectionToAnswer(answer.data(), answer.source().id());
    if (objection == null) {
      if (answer.data() instanceof FetchResponseData fetched && seeksItsLeader.getAsBoolean()) {
        introduce(fetched);
      }
      return answer;
    }
    ApiKeys api = ApiKeys.forId(answer.data().apiKey());
    LOG.warn("The answer of {} to a {} is refused: {}", answer.source(), api, objection);
    // An observer's epoch moves nobody: it would only lose its leader.
    if (claims.isContradiction(answer.data()) && isVoter.getAsBoolean()) {
      doubtEpoch.run();
    }
    return unanswered(answer);
  }

  private static RaftMessage unanswered(RaftResponse.Inbound answer) {
    return new RaftResponse.Inbound(
        answer.correlationId(),
        RaftUtil.errorResponse(ApiKeys.forId(answer.data().apiKey()), Errors.BROKER_NOT_AVAILABLE),
        answer.source());
  }

  /// Makes of the leader's own answer one of somebody who knows where the leader is. The client of
  /// a node that was killed soon after it had first heard of a leader knows its name and no voters
  /// ("unattached", with a leader); it asks a bootstrap server, and where that is the leader it
  /// takes itself for its follower already, is none, and fails for good (Kafka 4.3.1:
  /// `KafkaRaftClient.handleFetchResponse`). The records come with the next answer.
  private static void introduce(FetchResponseData fetched) {
    for (FetchResponseData.FetchableTopicResponse topic : fetched.responses()) {
      for (FetchResponseData.PartitionData partition : topic.partitions()) {
        if (partition.errorCode() == Errors.NONE.code()) {
          partition
              .setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code())
              .setRecords(MemoryRecords.EMPTY);
        }
      }
    }
  }

  /// An answer that says nothing but `error`.
  static ApiMessage errorResponse(ApiMessage request, Errors error) {
    ApiKeys api = ApiKeys.forId(request.apiKey());
    // The one API of the quorum that Kafka's helper does not know.
    return api == ApiKeys.DESCRIBE_QUORUM
        ? new DescribeQuorumResponseData().setErrorCode(error.code())
        : RaftUtil.errorResponse(api, error);
  }
}
