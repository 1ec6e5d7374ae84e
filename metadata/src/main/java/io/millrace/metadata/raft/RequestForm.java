package io.millrace.metadata.raft;

import java.util.Collection;
import java.util.function.Function;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.UpdateRaftVoterRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/// What Kafka's raft client takes for granted of a request's form. It throws on its own thread
/// where it does not hold, which is the end of the node; a request must not be able to do that.
final class RequestForm {

  private RequestForm() {}

  /// Whether the raft client can read the request: every endpoint has a listener's name, and a
  /// snapshot is asked for of one partition, by no negative number of bytes.
  static boolean isSound(ApiMessage request) {
    return switch (request) {
      case AddRaftVoterRequestData add ->
          allNamed(add.listeners(), AddRaftVoterRequestData.Listener::name);
      case UpdateRaftVoterRequestData update ->
          allNamed(update.listeners(), UpdateRaftVoterRequestData.Listener::name);
      case BeginQuorumEpochRequestData begin ->
          allNamed(begin.leaderEndpoints(), BeginQuorumEpochRequestData.LeaderEndpoint::name);
      case EndQuorumEpochRequestData end ->
          allNamed(end.leaderEndpoints(), EndQuorumEpochRequestData.LeaderEndpoint::name);
      case FetchSnapshotRequestData fetch ->
          fetch.maxBytes() >= 0
              && fetch.topics().size() == 1
              && fetch.topics().getFirst().partitions().size() == 1;
      default -> true;
    };
  }

  private static <E> boolean allNamed(Collection<E> endpoints, Function<E, String> name) {
    return endpoints.stream().noneMatch(endpoint -> name.apply(endpoint).isBlank());
  }
}
