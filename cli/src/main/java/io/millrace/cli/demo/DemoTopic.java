package io.millrace.cli.demo;

import io.millrace.cli.client.Failures;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;

/// The topic `order-events`: three partitions, three replicas, partition `i` led by broker `i + 1`
/// at first.
final class DemoTopic {
  static final String NAME = "order-events";
  static final int PARTITIONS = 3;
  private static final int ANSWER_MS = 1_500;

  /// One partition at one moment.
  ///
  /// @param leader -1 for none
  record State(int leader, List<Integer> isr) {}

  private final Admin admin;

  DemoTopic(String bootstrap) {
    admin =
        Admin.create(
            Map.of(
                "bootstrap.servers", bootstrap,
                "client.id", "demo-watch",
                "request.timeout.ms", "1000",
                "default.api.timeout.ms", "5000",
                "retry.backoff.ms", "20",
                "reconnect.backoff.ms", "20",
                "reconnect.backoff.max.ms", "100",
                "enable.metrics.push", "false"));
  }

  void create() {
    NewTopic topic =
        new NewTopic(NAME, Map.of(0, List.of(1, 2, 3), 1, List.of(2, 3, 1), 2, List.of(3, 1, 2)))
            .configs(Map.of("min.insync.replicas", "2"));
    Failures.await("topic " + NAME, admin.createTopics(List.of(topic)).all());
  }

  /// By partition; empty while nobody answers.
  Optional<List<State>> state() throws InterruptedException {
    try {
      return Optional.of(
          admin
              .describeTopics(List.of(NAME))
              .allTopicNames()
              .get(ANSWER_MS, TimeUnit.MILLISECONDS)
              .values()
              .iterator()
              .next()
              .partitions()
              .stream()
              .map(DemoTopic::state)
              .toList());
    } catch (ExecutionException | TimeoutException _) {
      return Optional.empty();
    }
  }

  private static State state(TopicPartitionInfo info) {
    Node leader = info.leader();
    return new State(
        leader == null ? -1 : leader.id(), info.isr().stream().map(Node::id).sorted().toList());
  }

  /// The node whose controller is active.
  int activeController() {
    return Failures.await("quorum", admin.describeMetadataQuorum().quorumInfo()).leaderId();
  }

  void close() {
    admin.close();
  }
}
