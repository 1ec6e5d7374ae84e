package io.millrace.server.api.data;

import io.millrace.replication.HostedTopic;
import io.millrace.replication.Partition;
import io.millrace.replication.PartitionQuery;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteRecordsResponse;

/// DeleteRecords, versions 0 to 2: raises the start of partitions that are led here.
public final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequestData> {

  private final ClusterTopics topics;

  public DeleteRecordsHandler(ClusterTopics topics) {
    this.topics = topics;
  }

  @Override
  public void handle(Request request, DeleteRecordsRequestData body, Responder out) {
    DeleteRecordsResponseData response = new DeleteRecordsResponseData();
    for (DeleteRecordsTopic topic : body.topics()) {
      DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
      for (DeleteRecordsPartition asked : topic.partitions()) {
        result.partitions().add(delete(topic.name(), asked));
      }
      response.topics().add(result);
    }
    out.respond(response);
  }

  private DeleteRecordsPartitionResult delete(String topic, DeleteRecordsPartition asked) {
    DeleteRecordsPartitionResult answer =
        new DeleteRecordsPartitionResult()
            .setPartitionIndex(asked.partitionIndex())
            .setLowWatermark(DeleteRecordsResponse.INVALID_LOW_WATERMARK);
    if (Topic.isInternal(topic)) {
      return answer.setErrorCode(Errors.INVALID_TOPIC_EXCEPTION.code());
    }
    HostedTopic hosted = topics.hosted().topic(topic);
    Partition partition = hosted == null ? null : hosted.partition(asked.partitionIndex());
    if (partition == null) {
      return answer.setErrorCode(topics.absent(topic, asked.partitionIndex()).code());
    }
    PartitionQuery result = partition.deleteRecords(asked.offset());
    return result.error() == Errors.NONE
        ? answer.setLowWatermark(result.logStartOffset())
        : answer.setErrorCode(result.error().code());
  }
}
