package io.millrace.simulation.client;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.audit.Ledger;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Deletes the beginnings of partitions, up to what all groups have read and committed. One request
/// at a time; what failed is asked for again or not, by chance.
public final class RecordDeleter implements SimulatedClient {

  private static final long PAUSE_NANOS = 500_000_000L;
  private static final int TIMEOUT_MS = 2_000;

  private final EventLoop loop;
  private final ClusterClient cluster;
  private final String topic;
  private final Ledger ledger;
  private boolean stopped;
  private boolean asking;
  private long requests;
  private String last = "nothing";

  public RecordDeleter(World world, List<String> bootstrap, String topic, Ledger ledger) {
    this.loop = world.loops().getFirst();
    this.cluster = new ClusterClient(world, loop, "deleter", bootstrap);
    this.topic = topic;
    this.ledger = ledger;
  }

  @Override
  public void start() {
    loop.schedule(PAUSE_NANOS, this::next);
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean isIdle() {
    return stopped && !asking;
  }

  @Override
  public long requests() {
    return requests;
  }

  @Override
  public String toString() {
    return cluster.name() + ": last answer: " + last;
  }

  private void next() {
    if (stopped) {
      return;
    }
    loop.schedule(PAUSE_NANOS + cluster.random().nextLong(PAUSE_NANOS), this::next);
    if (asking) {
      return;
    }
    asking = true;
    cluster.refresh(List.of(topic), _ -> delete());
  }

  private void delete() {
    int count = cluster.partitions(topic);
    TopicPartition partition =
        new TopicPartition(topic, count == 0 ? 0 : cluster.random().nextInt(count));
    long from = ledger.deletions().asked(partition);
    long most = ledger.deletable(partition);
    int leader = count == 0 ? -1 : cluster.leader(partition);
    if (leader < 0 || most <= from) {
      asking = false;
      return;
    }
    long offset = from + 1 + cluster.random().nextLong(most - from);
    ledger.deletions().deleting(partition, offset);
    requests++;
    cluster
        .broker(leader)
        .send(
            ApiKeys.DELETE_RECORDS,
            request(partition, offset),
            answer -> {
              asking = false;
              onAnswer(
                  partition,
                  offset,
                  answer instanceof DeleteRecordsResponseData data ? data : null);
            });
  }

  private static DeleteRecordsRequestData request(TopicPartition partition, long offset) {
    return new DeleteRecordsRequestData()
        .setTimeoutMs(TIMEOUT_MS)
        .setTopics(
            List.of(
                new DeleteRecordsRequestData.DeleteRecordsTopic()
                    .setName(partition.topic())
                    .setPartitions(
                        List.of(
                            new DeleteRecordsRequestData.DeleteRecordsPartition()
                                .setPartitionIndex(partition.partition())
                                .setOffset(offset)))));
  }

  private void onAnswer(
      TopicPartition partition, long offset, @Nullable DeleteRecordsResponseData answer) {
    if (answer == null) {
      last = "connection lost";
      return;
    }
    DeleteRecordsPartitionResult result =
        answer.topics().iterator().next().partitions().iterator().next();
    Errors error = Errors.forCode(result.errorCode());
    last = partition + " " + error;
    switch (error) {
      case NONE -> {
        if (result.lowWatermark() < offset) {
          throw new InvariantBroken(
              "DeletionStays",
              String.format(
                  "%s was to be deleted below %d, the answer's low watermark is %d",
                  partition, offset, result.lowWatermark()));
        }
        ledger.deletions().deleted(partition, result.lowWatermark());
      }
      // A new leader may not know yet how much is committed.
      case OFFSET_OUT_OF_RANGE -> {}
      default -> {
        if (!(error.exception() instanceof RetriableException)) {
          throw new InvariantBroken(
              "EveryRequestAnswered", cluster.name() + " was refused for good: " + last);
        }
      }
    }
  }
}
