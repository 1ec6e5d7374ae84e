package io.millrace.server.api.data;

import io.millrace.log.ActiveProducer;
import io.millrace.replication.HostedTopic;
import io.millrace.replication.Partition;
import io.millrace.replication.PartitionQuery;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;

/// DescribeProducers, version 0: the producers that partitions led here remember (KIP-664).
public final class DescribeProducersHandler implements ApiHandler<DescribeProducersRequestData> {

  private final ClusterTopics topics;

  public DescribeProducersHandler(ClusterTopics topics) {
    this.topics = topics;
  }

  @Override
  public void handle(Request request, DescribeProducersRequestData body, Responder out) {
    DescribeProducersResponseData response = new DescribeProducersResponseData();
    for (TopicRequest topic : body.topics()) {
      TopicResponse result = new TopicResponse().setName(topic.name());
      for (int index : topic.partitionIndexes()) {
        result.partitions().add(describe(topic.name(), index));
      }
      response.topics().add(result);
    }
    out.respond(response);
  }

  private PartitionResponse describe(String topic, int index) {
    PartitionResponse answer = new PartitionResponse().setPartitionIndex(index);
    HostedTopic hosted = topics.hosted().topic(topic);
    Partition partition = hosted == null ? null : hosted.partition(index);
    if (partition == null) {
      return answer.setErrorCode(topics.absent(topic, index).code());
    }
    PartitionQuery result =
        partition.query(
            -1,
            (log, _) -> {
              for (ActiveProducer producer : log.producers().activeProducers()) {
                answer
                    .activeProducers()
                    .add(
                        new ProducerState()
                            .setProducerId(producer.producerId())
                            .setProducerEpoch(producer.producerEpoch())
                            .setLastSequence(producer.lastSequence())
                            .setLastTimestamp(producer.lastTimestampMs())
                            .setCoordinatorEpoch(producer.coordinatorEpoch())
                            .setCurrentTxnStartOffset(producer.currentTxnStartOffset()));
              }
            });
    return answer.setErrorCode(result.error().code());
  }
}
