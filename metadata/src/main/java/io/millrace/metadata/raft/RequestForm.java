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
    // No switch over the kinds, which costs the first election of a process (decision 10).
    if (request instanceof BeginQuorumEpochRequestData begin) {
      return allNamed(begin.leaderEndpoints(), BeginQuorumEpochRequestData.LeaderEndpoint::name);
    } else if (request instanceof EndQuorumEpochRequestData end) {
      return allNamed(end.leaderEndpoints(), EndQuorumEpochRequestData.LeaderEndpoint::name);
    } else if (request instanceof FetchSnapshotRequestData fetch) {
      return fetch.maxBytes() >= 0
          && fetch.topics().size() == 1
          && fetch.topics().getFirst().partitions().size() == 1;
    } else if (request instanceof AddRaftVoterRequestData add) {
      return allNamed(add.listeners(), AddRaftVoterRequestData.Listener::name);
    } else if (request instanceof UpdateRaftVoterRequestData update) {
      return allNamed(update.listeners(), UpdateRaftVoterRequestData.Listener::name);
    }
    return true;
  }

  private static <E> boolean allNamed(Collection<E> endpoints, Function<E, String> name) {
    return endpoints.stream().noneMatch(endpoint -> name.apply(endpoint).isBlank());
  }
}
