package io.millrace.benchmark.row;

import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.wire.ControlConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfigCollection;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/// A group without members that only keeps offsets.
///
/// @param address of the broker that coordinates it
/// @param name its id
record OffsetsGroup(InetSocketAddress address, String name) {
  private static final long TIMEOUT_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final byte TOPIC_RESOURCE = 2;
  private static final String LONG_MS = Long.toString(TimeUnit.DAYS.toMillis(365));

  /// One question to the broker, until the answer will do.
  @FunctionalInterface
  private interface Question {
    /// The error that is still in the way.
    Errors ask(ControlConnection connection) throws IOException;
  }

  private void await(Question question) throws IOException {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    try (ControlConnection connection = new ControlConnection(address)) {
      while (true) {
        Errors error = question.ask(connection);
        if (error == Errors.NONE) {
          return;
        }
        if (System.nanoTime() > deadline || !isPassing(error)) {
          throw new LoadException("group %s: %s".formatted(name, error));
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  private static boolean isPassing(Errors error) {
    return error == Errors.COORDINATOR_LOAD_IN_PROGRESS
        || error == Errors.COORDINATOR_NOT_AVAILABLE
        || error == Errors.NOT_COORDINATOR;
  }

  /// Waits until the group has a coordinator that serves, which makes `__consumer_offsets` where it
  /// does not exist.
  void awaitCoordinator() throws IOException {
    await(connection -> {
      FindCoordinatorResponseData answer =
          (FindCoordinatorResponseData)
              connection.ask(
                  ApiKeys.FIND_COORDINATOR,
                  new FindCoordinatorRequestData()
                      .setKeyType((byte) 0)
                      .setCoordinatorKeys(List.of(name)));
      return Errors.forCode(answer.coordinators().getFirst().errorCode());
    });
    await(connection -> Errors.forCode(fetch(connection, List.of()).errorCode()));
  }

  /// Keeps the broker from compacting what was committed.
  void keepHistory() throws IOException {
    AlterableConfigCollection configs = new AlterableConfigCollection();
    configs.add(new AlterableConfig().setName("min.compaction.lag.ms").setValue(LONG_MS));
    configs.add(new AlterableConfig().setName("max.compaction.lag.ms").setValue(LONG_MS));
    AlterConfigsResourceCollection resources = new AlterConfigsResourceCollection();
    resources.add(
        new AlterConfigsResource()
            .setResourceType(TOPIC_RESOURCE)
            .setResourceName("__consumer_offsets")
            .setConfigs(configs));
    try (ControlConnection connection = new ControlConnection(address)) {
      IncrementalAlterConfigsResponseData answer =
          (IncrementalAlterConfigsResponseData)
              connection.ask(
                  ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                  new IncrementalAlterConfigsRequestData().setResources(resources));
      check("configuring __consumer_offsets", answer.responses().getFirst().errorCode());
    }
  }

  /// Waits until the coordinator answers for the group, then checks that every partition of `topic`
  /// is committed up to `last`.
  void awaitOffsets(Topic topic, long last) throws IOException {
    OffsetFetchRequestTopics asked =
        new OffsetFetchRequestTopics()
            .setTopicId(topic.id())
            .setPartitionIndexes(IntStream.range(0, topic.partitions()).boxed().toList());
    await(connection -> {
      OffsetFetchResponseGroup answer = fetch(connection, List.of(asked));
      Errors error = Errors.forCode(answer.errorCode());
      if (error == Errors.NONE) {
        check(answer, topic, last);
      }
      return error;
    });
  }

  private static void check(OffsetFetchResponseGroup answer, Topic topic, long last) {
    long right =
        answer.topics().stream()
            .filter(of -> of.topicId().equals(topic.id()))
            .flatMap(of -> of.partitions().stream())
            .filter(of -> of.errorCode() == 0 && of.committedOffset() == last)
            .count();
    if (right != topic.partitions()) {
      throw new LoadException(
          "only %d of %d partitions are committed up to %d"
              .formatted(right, topic.partitions(), last));
    }
  }

  private OffsetFetchResponseGroup fetch(
      ControlConnection connection, List<OffsetFetchRequestTopics> topics) throws IOException {
    OffsetFetchResponseData answer =
        (OffsetFetchResponseData)
            connection.ask(
                ApiKeys.OFFSET_FETCH,
                new OffsetFetchRequestData()
                    .setGroups(
                        List.of(new OffsetFetchRequestGroup().setGroupId(name).setTopics(topics))));
    return answer.groups().getFirst();
  }

  /// Waits for the coordinator, which a start may still have loading.
  void delete() throws IOException {
    await(connection -> {
      DeleteGroupsResponseData answer =
          (DeleteGroupsResponseData)
              connection.ask(
                  ApiKeys.DELETE_GROUPS,
                  new DeleteGroupsRequestData().setGroupsNames(List.of(name)));
      return Errors.forCode(answer.results().iterator().next().errorCode());
    });
  }

  private static void check(String what, short error) {
    if (error != 0) {
      throw new LoadException("%s: %s".formatted(what, Errors.forCode(error)));
    }
  }
}
