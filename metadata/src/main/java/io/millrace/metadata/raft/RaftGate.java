package io.millrace.metadata.raft;

import java.util.function.BooleanSupplier;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.raft.RaftMessage;
import org.apache.kafka.raft.RaftRequest;
import org.apache.kafka.raft.RaftResponse;
import org.apache.kafka.raft.RaftUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps from the client what [PeerClaims] objects to: a request is refused, an answer counts as
/// none. Loop `raft`.
final class RaftGate implements RaftQueue.Gate {

  private static final Logger LOG = LoggerFactory.getLogger(RaftGate.class);

  private final PeerClaims claims;
  private final BooleanSupplier isVoter;
  private final Runnable doubtEpoch;

  /// @param isVoter whether this node is one now
  /// @param doubtEpoch makes the client leave an epoch about which it has been lied to
  RaftGate(PeerClaims claims, BooleanSupplier isVoter, Runnable doubtEpoch) {
    this.claims = claims;
    this.isVoter = isVoter;
    this.doubtEpoch = doubtEpoch;
  }

  @Override
  public @Nullable RaftMessage admit(RaftMessage message) {
    return switch (message) {
      case RaftRequest.Inbound request -> admit(request);
      case RaftResponse.Inbound answer -> admit(answer);
      default -> message;
    };
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
    String objection = claims.objectionToAnswer(answer.data());
    if (objection == null) {
      return answer;
    }
    ApiKeys api = ApiKeys.forId(answer.data().apiKey());
    LOG.warn("The answer of {} to a {} is refused: {}", answer.source(), api, objection);
    // An observer's epoch moves nobody: it would only lose its leader.
    if (claims.isContradiction(answer.data()) && isVoter.getAsBoolean()) {
      doubtEpoch.run();
    }
    return new RaftResponse.Inbound(
        answer.correlationId(),
        RaftUtil.errorResponse(api, Errors.BROKER_NOT_AVAILABLE),
        answer.source());
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
