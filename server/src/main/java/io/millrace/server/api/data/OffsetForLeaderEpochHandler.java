package io.millrace.server.api.data;

import io.millrace.log.EpochEnd;
import io.millrace.replication.HostedTopic;
import io.millrace.replication.Partition;
import io.millrace.replication.PartitionQuery;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.Errors;

/// OffsetForLeaderEpoch, versions 2 to 4: where a leader epoch ends, so that replicas and consumers
/// find out where their copy leaves the leader's (KIP-101, KIP-320).
public final class OffsetForLeaderEpochHandler
    implements ApiHandler<OffsetForLeaderEpochRequestData> {

  private final ClusterTopics topics;

  public OffsetForLeaderEpochHandler(ClusterTopics topics) {
    this.topics = topics;
  }

  @Override
  public void handle(Request request, OffsetForLeaderEpochRequestData body, Responder out) {
    OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
    for (OffsetForLeaderTopic topic : body.topics()) {
      OffsetForLeaderTopicResult result = new OffsetForLeaderTopicResult().setTopic(topic.topic());
      HostedTopic hosted = topics.hosted().topic(topic.topic());
      for (OffsetForLeaderPartition asked : topic.partitions()) {
        result.partitions().add(answer(topic.topic(), hosted, asked));
      }
      response.topics().add(result);
    }
    out.respond(response);
  }

  private EpochEndOffset answer(
      String topic,
      @org.jspecify.annotations.Nullable HostedTopic hosted,
      OffsetForLeaderPartition asked) {
    EpochEndOffset answer = new EpochEndOffset().setPartition(asked.partition());
    Partition partition = hosted == null ? null : hosted.partition(asked.partition());
    if (partition == null) {
      return answer.setErrorCode(topics.absent(topic, asked.partition()).code());
    }
    PartitionQuery result =
        partition.query(
            asked.currentLeaderEpoch(),
            (log, _) -> {
              EpochEnd end = log.epochs().endOffsetFor(asked.leaderEpoch(), log.logEndOffset());
              answer.setLeaderEpoch(end.epoch()).setEndOffset(end.endOffset());
            });
    return result.error() == Errors.NONE ? answer : answer.setErrorCode(result.error().code());
  }
}
