package io.millrace.metadata.raft;

import java.util.function.Consumer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiMessage;

/// Hosts Kafka's `KafkaRaftClient` on the loop `raft`.
public final class RaftHost {

  RaftHost() {}

  /// Takes a request of the quorum that came in on a controller listener: Fetch, FetchSnapshot,
  /// Vote, BeginQuorumEpoch, EndQuorumEpoch, DescribeQuorum, AddRaftVoter, RemoveRaftVoter,
  /// UpdateRaftVoter. Any thread.
  ///
  /// @param listener the listener that it came in on
  /// @param onResponse gets the answer once, on the loop `raft`; a Fetch answer's records lie in
  ///   memory
  public void handle(
      ListenerName listener,
      RequestHeaderData header,
      ApiMessage request,
      Consumer<ApiMessage> onResponse) {
    throw new UnsupportedOperationException();
  }
}
