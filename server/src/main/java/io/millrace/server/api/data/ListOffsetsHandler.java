package io.millrace.server.api.data;

import io.millrace.log.OffsetTimestamp;
import io.millrace.log.PartitionLog;
import io.millrace.replication.HostedTopic;
import io.millrace.replication.Partition;
import io.millrace.replication.PartitionQuery;
import io.millrace.runtime.Workers;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/// ListOffsets, versions 1 to 11. Searches by time may read the log, so the whole answer is made on
/// a worker.
public final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequestData> {

  private static final byte READ_COMMITTED = 1;
  private static final OffsetTimestamp NOT_FOUND = new OffsetTimestamp(-1, -1, -1);

  private final ClusterTopics topics;
  private final Workers workers;

  public ListOffsetsHandler(ClusterTopics topics, Workers workers) {
    this.topics = topics;
    this.workers = workers;
  }

  @Override
  public void handle(Request request, ListOffsetsRequestData body, Responder out) {
    workers.execute(() -> {
      try {
        out.respond(answer(request.version(), body));
      } catch (RuntimeException e) {
        out.fail(e);
      }
    });
  }

  private ListOffsetsResponseData answer(short version, ListOffsetsRequestData body) {
    Set<TopicPartition> duplicates = duplicates(body);
    ListOffsetsResponseData response = new ListOffsetsResponseData();
    for (ListOffsetsTopic topic : body.topics()) {
      ListOffsetsTopicResponse topicAnswer = new ListOffsetsTopicResponse().setName(topic.name());
      HostedTopic hosted = topics.hosted().topic(topic.name());
      for (ListOffsetsPartition asked : topic.partitions()) {
        ListOffsetsPartitionResponse answer =
            new ListOffsetsPartitionResponse().setPartitionIndex(asked.partitionIndex());
        Partition partition = hosted == null ? null : hosted.partition(asked.partitionIndex());
        if (duplicates.contains(new TopicPartition(topic.name(), asked.partitionIndex()))) {
          answer.setErrorCode(Errors.INVALID_REQUEST.code());
        } else if (!supports(asked.timestamp(), version)) {
          answer.setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        } else if (partition == null) {
          answer.setErrorCode(topics.absent(topic.name(), asked.partitionIndex()).code());
        } else {
          fill(answer, asked, partition, body, version);
        }
        topicAnswer.partitions().add(answer);
      }
      response.topics().add(topicAnswer);
    }
    return response;
  }

  private static Set<TopicPartition> duplicates(ListOffsetsRequestData body) {
    Set<TopicPartition> seen = new LinkedHashSet<>();
    Set<TopicPartition> twice = new LinkedHashSet<>();
    for (ListOffsetsTopic topic : body.topics()) {
      for (ListOffsetsPartition partition : topic.partitions()) {
        TopicPartition id = new TopicPartition(topic.name(), partition.partitionIndex());
        if (!seen.add(id)) {
          twice.add(id);
        }
      }
    }
    return twice;
  }

  /// Which special timestamps a version knows.
  private static boolean supports(long timestamp, short version) {
    if (timestamp >= ListOffsetsRequest.EARLIEST_TIMESTAMP) {
      return true;
    }
    if (timestamp == ListOffsetsRequest.MAX_TIMESTAMP) {
      return version >= 7;
    }
    if (timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
      return version >= 8;
    }
    if (timestamp == ListOffsetsRequest.LATEST_TIERED_TIMESTAMP) {
      return version >= 9;
    }
    return timestamp == ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP && version >= 11;
  }

  private static void fill(
      ListOffsetsPartitionResponse answer,
      ListOffsetsPartition asked,
      Partition partition,
      ListOffsetsRequestData body,
      short version) {
    boolean consumer = body.replicaId() == ListOffsetsRequest.CONSUMER_REPLICA_ID;
    boolean committed = body.isolationLevel() == READ_COMMITTED;
    PartitionQuery result =
        partition.query(
            asked.currentLeaderEpoch(),
            (log, query) -> {
              long end = log.logEndOffset();
              long visible =
                  !consumer ? end : committed ? query.lastStableOffset() : query.highWatermark();
              // KIP-207: a new leader does not know the committed end yet.
              Errors unknownEnd =
                  !consumer || query.leaderEpochStart() <= query.highWatermark()
                      ? Errors.NONE
                      : version >= 5 ? Errors.OFFSET_NOT_AVAILABLE : Errors.LEADER_NOT_AVAILABLE;
              query.found = find(log, asked.timestamp(), visible, unknownEnd, query);
            });
    answer.setErrorCode(result.error().code());
    OffsetTimestamp found = result.found;
    if (result.error() == Errors.NONE && found != null) {
      answer.setOffset(found.offset()).setTimestamp(found.timestampMs());
      if (version >= 4) {
        answer.setLeaderEpoch(found.leaderEpoch());
      }
    }
  }

  private static OffsetTimestamp find(
      PartitionLog log, long timestamp, long visible, Errors unknownEnd, PartitionQuery query)
      throws IOException {
    if (timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
      if (unknownEnd != Errors.NONE) {
        query.refuse(unknownEnd);
      }
      return new OffsetTimestamp(visible, RecordBatch.NO_TIMESTAMP, query.leaderEpoch());
    }
    if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP
        || timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
      long start = log.logStartOffset();
      return new OffsetTimestamp(
          start, RecordBatch.NO_TIMESTAMP, log.epochs().epochForOffset(start));
    }
    if (timestamp < ListOffsetsRequest.MAX_TIMESTAMP) {
      // Nothing is tiered.
      return NOT_FOUND;
    }
    OffsetTimestamp found =
        timestamp == ListOffsetsRequest.MAX_TIMESTAMP
            ? log.maxTimestamp()
            : log.searchTimestamp(timestamp);
    if (found.offset() >= visible) {
      if (unknownEnd != Errors.NONE) {
        query.refuse(unknownEnd);
      }
      return NOT_FOUND;
    }
    return found;
  }
}
