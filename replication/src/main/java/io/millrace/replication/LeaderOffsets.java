package io.millrace.replication;

import io.millrace.metadata.peer.PeerConnection;
import io.millrace.metadata.peer.PeerRequest;
import io.millrace.metadata.peer.ResponseHandler;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/// Asks a leader where its log begins and ends (ListOffsets as a replica).
final class LeaderOffsets {

  /// The first version that knows [ListOffsetsRequest#EARLIEST_LOCAL_TIMESTAMP].
  private static final short OLDEST_VERSION = 8;

  private final int brokerId;
  private final int timeoutMs;

  LeaderOffsets(int brokerId, int timeoutMs) {
    this.brokerId = brokerId;
    this.timeoutMs = timeoutMs;
  }

  /// @param then gets the log end, -1 when the leader did not say
  void latest(PeerConnection leader, FollowedPartition of, LongConsumer then) {
    ask(leader, of, ListOffsetsRequest.LATEST_TIMESTAMP, then);
  }

  /// @param then gets the log start, -1 when the leader did not say
  void earliest(PeerConnection leader, FollowedPartition of, LongConsumer then) {
    ask(leader, of, ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP, then);
  }

  private void ask(PeerConnection leader, FollowedPartition of, long timestamp, LongConsumer then) {
    ListOffsetsRequestData request =
        new ListOffsetsRequestData()
            .setReplicaId(brokerId)
            .setTopics(
                List.of(
                    new ListOffsetsTopic()
                        .setName(of.partition.id().topic())
                        .setPartitions(
                            List.of(
                                new ListOffsetsPartition()
                                    .setPartitionIndex(of.key.index())
                                    .setCurrentLeaderEpoch(of.leaderEpoch)
                                    .setTimestamp(timestamp)))));
    ApiKeys api = ApiKeys.LIST_OFFSETS;
    leader.send(
        new PeerRequest(api, OLDEST_VERSION, api.latestVersion(false), _ -> request),
        timeoutMs,
        ResponseHandler.parsed(
            api,
            message -> then.accept(offset((ListOffsetsResponseData) message)),
            _ -> then.accept(-1)));
  }

  private static long offset(ListOffsetsResponseData response) {
    for (ListOffsetsTopicResponse topic : response.topics()) {
      for (ListOffsetsPartitionResponse partition : topic.partitions()) {
        if (partition.errorCode() == Errors.NONE.code()) {
          return partition.offset();
        }
      }
    }
    return -1;
  }
}
