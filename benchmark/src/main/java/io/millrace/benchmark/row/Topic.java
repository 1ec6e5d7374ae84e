package io.millrace.benchmark.row;

import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.wire.ControlConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/// A topic of the benchmark, made for one run or one row.
///
/// @param address of the broker that has it
/// @param name its name
/// @param id its id
/// @param partitions how many it has
public record Topic(InetSocketAddress address, String name, Uuid id, int partitions) {
  private static final int TIMEOUT_MS = 60_000;
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /// Creates it without waiting until it serves.
  static Topic request(InetSocketAddress address, String name, int partitions) throws IOException {
    CreatableTopicCollection topics = new CreatableTopicCollection();
    topics.add(
        new CreatableTopic()
            .setName(name)
            .setNumPartitions(partitions)
            .setReplicationFactor((short) 1));
    try (ControlConnection connection = new ControlConnection(address)) {
      CreateTopicsResponseData answer =
          (CreateTopicsResponseData)
              connection.ask(
                  ApiKeys.CREATE_TOPICS,
                  new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(TIMEOUT_MS));
      CreatableTopicResult result = answer.topics().iterator().next();
      if (result.errorCode() != 0) {
        throw new LoadException(
            "topic %s: %s %s"
                .formatted(name, Errors.forCode(result.errorCode()), result.errorMessage()));
      }
      return new Topic(address, name, result.topicId(), partitions);
    }
  }

  /// Creates it and waits until every partition serves.
  static Topic create(Trial trial, String name, int partitions) throws IOException {
    Topic topic = request(trial.broker().address(), name + "-" + trial.number(), partitions);
    topic.awaitServing();
    return topic;
  }

  /// Waits until the broker answers for every partition as its leader, not only metadata says so.
  void awaitServing() throws IOException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MS);
    try (ControlConnection connection = new ControlConnection(address)) {
      List<Integer> waiting = IntStream.range(0, partitions).boxed().toList();
      while (true) {
        waiting = notServing(ends(connection, waiting));
        if (waiting.isEmpty()) {
          return;
        }
        if (System.nanoTime() > deadline) {
          throw new LoadException(
              "%d of %d partitions do not serve".formatted(waiting.size(), partitions));
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  /// Waits until the broker answers for every partition as its leader, and fails unless each ends
  /// where the last acknowledged record does.
  void awaitServing(Ledger acknowledged) throws IOException {
    awaitServing();
    try (ControlConnection connection = new ControlConnection(address)) {
      for (ListOffsetsPartitionResponse partition :
          ends(connection, IntStream.range(0, partitions).boxed().toList())) {
        long expected = acknowledged.records(partition.partitionIndex());
        if (partition.errorCode() != 0 || partition.offset() != expected) {
          throw new LoadException(
              "partition %d ends at %d (%s), %d records were acknowledged"
                  .formatted(
                      partition.partitionIndex(),
                      partition.offset(),
                      Errors.forCode(partition.errorCode()),
                      expected));
        }
      }
    }
  }

  /// Waits until metadata names a leader for every partition.
  void awaitLed() throws IOException {
    try (ControlConnection connection = new ControlConnection(address)) {
      while (!led(connection)) {
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  void delete() throws IOException {
    try (ControlConnection connection = new ControlConnection(address)) {
      DeleteTopicsResponseData answer =
          (DeleteTopicsResponseData)
              connection.ask(
                  ApiKeys.DELETE_TOPICS,
                  new DeleteTopicsRequestData()
                      .setTopics(List.of(new DeleteTopicState().setName(null).setTopicId(id)))
                      .setTimeoutMs(TIMEOUT_MS));
      short error = answer.responses().iterator().next().errorCode();
      if (error != 0) {
        throw new LoadException("deleting %s: %s".formatted(name, Errors.forCode(error)));
      }
    }
  }

  private boolean led(ControlConnection connection) throws IOException {
    MetadataResponseData answer =
        (MetadataResponseData)
            connection.ask(
                ApiKeys.METADATA,
                new MetadataRequestData()
                    .setTopics(List.of(new MetadataRequestTopic().setName(name))));
    var topic = answer.topics().iterator().next();
    return topic.errorCode() == 0
        && topic.partitions().size() == partitions
        && topic.partitions().stream().allMatch(p -> p.errorCode() == 0 && p.leaderId() >= 0);
  }

  private static List<Integer> notServing(List<ListOffsetsPartitionResponse> answers) {
    return answers.stream().filter(p -> p.errorCode() != 0).map(p -> p.partitionIndex()).toList();
  }

  private List<ListOffsetsPartitionResponse> ends(ControlConnection connection, List<Integer> asked)
      throws IOException {
    ListOffsetsTopic topic =
        new ListOffsetsTopic()
            .setName(name)
            .setPartitions(
                asked.stream()
                    .map(p ->
                        new ListOffsetsPartition()
                            .setPartitionIndex(p)
                            .setTimestamp(ListOffsetsRequest.LATEST_TIMESTAMP))
                    .toList());
    ListOffsetsResponseData answer =
        (ListOffsetsResponseData)
            connection.ask(
                ApiKeys.LIST_OFFSETS,
                new ListOffsetsRequestData()
                    .setReplicaId(ListOffsetsRequest.CONSUMER_REPLICA_ID)
                    .setTimeoutMs(TIMEOUT_MS)
                    .setTopics(List.of(topic)));
    return answer.topics().getFirst().partitions();
  }
}
