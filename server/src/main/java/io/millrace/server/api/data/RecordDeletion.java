package io.millrace.server.api.data;

import io.millrace.replication.HostedTopic;
import io.millrace.replication.Partition;
import io.millrace.replication.PartitionQuery;
import io.millrace.replication.ProgressWatcher;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Mailbox;
import io.millrace.runtime.Timer;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.jspecify.annotations.Nullable;

/// One DeleteRecords from its first step until it is answered: the leaders' logs are raised at
/// once; the answer waits until each partition's low watermark has come as far, its leader is
/// another, or the request's time is over (REQUEST_TIMED_OUT, while the deletion goes on).
///
/// The request's time is for other brokers. Where nothing but this one's disk is missing, the
/// answer waits for it a few seconds longer: some clients send a timeout of 0, and a partition
/// without followers is done by then in Kafka, which does not wait for its disk.
///
/// Belongs to its connection's loop. Holds its timer and its watches until it has answered.
final class RecordDeletion extends ProgressWatcher {

  /// Longer than a disk that works ever takes, shorter than clients wait for an answer.
  private static final long DISK_NANOS = 5_000_000_000L;

  private final ClusterTopics topics;
  private final EventLoop loop;
  private final Responder out;
  private final DeleteRecordsResponseData response = new DeleteRecordsResponseData();
  private final List<Waiting> waiting = new ArrayList<>();
  private @Nullable Timer timeout;

  /// A partition whose low watermark is below the target still.
  private record Waiting(Partition partition, long target, DeleteRecordsPartitionResult result) {}

  RecordDeletion(ClusterTopics topics, EventLoop loop, Responder out) {
    super(new Mailbox(loop, () -> {}));
    this.topics = topics;
    this.loop = loop;
    this.out = out;
  }

  void start(DeleteRecordsRequestData body) {
    for (DeleteRecordsTopic topic : body.topics()) {
      DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
      for (DeleteRecordsPartition asked : topic.partitions()) {
        result.partitions().add(delete(topic.name(), asked));
      }
      response.topics().add(result);
    }
    waiting.removeIf(this::isDone);
    if (waiting.isEmpty()) {
      out.respond(response);
      return;
    }
    timeout = loop.schedule(Math.max(0, body.timeoutMs()) * 1_000_000L, this::onTimeout);
    // Whatever moved since it was looked at is looked at again.
    waiting.forEach(one -> one.partition().watch(this, -1));
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
    if (result.error() != Errors.NONE) {
      return answer.setErrorCode(result.error().code());
    }
    boolean all = asked.offset() == DeleteRecordsRequest.HIGH_WATERMARK;
    waiting.add(new Waiting(partition, all ? result.highWatermark() : asked.offset(), answer));
    return answer;
  }

  /// Whether there is nothing to wait for; the result says what came of it then.
  private boolean isDone(Waiting one) {
    PartitionQuery now = one.partition().lowWatermark();
    if (now.error() != Errors.NONE) {
      one.result().setErrorCode(now.error().code());
      return true;
    }
    if (now.logStartOffset() >= one.target()) {
      one.result().setLowWatermark(now.logStartOffset());
      return true;
    }
    return false;
  }

  @Override
  protected void onProgress() {
    boolean before = waiting.isEmpty();
    waiting.removeIf(one -> {
      boolean done = isDone(one);
      if (done) {
        one.partition().unwatch(this);
      }
      return done;
    });
    if (!before && waiting.isEmpty()) {
      answer();
    }
  }

  /// The followers' time is over.
  private void onTimeout() {
    onProgress();
    giveUp(one -> one.partition().lowWatermark().followersLogStart() < one.target());
    if (!waiting.isEmpty()) {
      timeout = loop.schedule(DISK_NANOS, () -> giveUp(_ -> true));
    }
  }

  private void giveUp(Predicate<Waiting> which) {
    boolean before = waiting.isEmpty();
    waiting.removeIf(one -> {
      boolean over = which.test(one);
      if (over) {
        one.partition().unwatch(this);
        one.result().setErrorCode(Errors.REQUEST_TIMED_OUT.code());
      }
      return over;
    });
    if (!before && waiting.isEmpty()) {
      answer();
    }
  }

  private void answer() {
    Timer timer = timeout;
    if (timer != null) {
      timer.cancel();
    }
    out.respond(response);
  }
}
