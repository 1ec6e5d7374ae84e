package io.millrace.benchmark.failover;

import io.millrace.benchmark.load.LoadException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.TopicExistsException;

/// What clients may know of a cluster, and what they may ask of it: who leads a topic's partitions,
/// who is in sync, which controller is active. A question that fails because nodes are down is
/// asked again.
public final class Topology implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);
  private static final int ANSWER_MS = 5_000;
  private static final int LOOK_MS = 20;

  private final Admin admin;
  private final String topic;

  /// One partition; leader −1 for none.
  public record State(int leader, List<Integer> isr) {}

  public Topology(String bootstrap, String topic) {
    this.topic = topic;
    this.admin =
        Admin.create(
            Map.of(
                "bootstrap.servers", bootstrap,
                "client.id", "failover-watch",
                "request.timeout.ms", "1000",
                "default.api.timeout.ms", "5000",
                "retry.backoff.ms", "20",
                "reconnect.backoff.ms", "20",
                "reconnect.backoff.max.ms", "100",
                "enable.metrics.push", "false"));
  }

  public void awaitNodes(int nodes) {
    await("%d nodes".formatted(nodes), () -> get(admin.describeCluster().nodes()).size() == nodes);
  }

  /// Makes the topic: as many partitions as nodes, as many replicas, partition i led by node i + 1.
  void createTopic(int nodes) {
    Map<Integer, List<Integer>> replicas = new HashMap<>();
    for (int i = 0; i < nodes; i++) {
      replicas.put(i, List.of(i + 1, (i + 1) % nodes + 1, (i + 2) % nodes + 1));
    }
    createTopic(replicas);
  }

  /// Makes the topic with these replicas of each partition, the first one preferred.
  public void createTopic(Map<Integer, List<Integer>> replicas) {
    NewTopic wanted = new NewTopic(topic, replicas).configs(Map.of("min.insync.replicas", "2"));
    await(
        "the topic",
        () -> {
          try {
            get(admin.createTopics(List.of(wanted)).all());
          } catch (TopicExistsException _) {
            // An answer was lost.
          }
          return true;
        });
  }

  /// Deletes the topic.
  public void deleteTopic() {
    await(
        "the end of the topic",
        () -> {
          get(admin.deleteTopics(List.of(topic)).all());
          return true;
        });
  }

  /// Sets one of the topic's settings, which needs the controller.
  void changeTopic(int value) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    AlterConfigOp change =
        new AlterConfigOp(
            new ConfigEntry("file.delete.delay.ms", Integer.toString(60_000 + value)),
            AlterConfigOp.OpType.SET);
    await(
        "a change of the topic",
        () -> {
          get(admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all());
          return true;
        });
  }

  /// Gives every partition back to its first replica.
  void electPreferred() {
    await(
        "preferred leaders",
        () -> {
          try {
            get(admin.electLeaders(ElectionType.PREFERRED, null).all());
          } catch (ElectionNotNeededException _) {
            // So be it.
          }
          return true;
        });
  }

  int activeController() {
    int[] leader = {-1};
    await(
        "the active controller",
        () -> {
          leader[0] = get(admin.describeMetadataQuorum().quorumInfo()).leaderId();
          return leader[0] > 0;
        });
    return leader[0];
  }

  /// How often the quorum has elected a leader, or tried to.
  public int quorumEpoch() {
    int[] epoch = {-1};
    await(
        "the quorum's epoch",
        () -> {
          epoch[0] = (int) get(admin.describeMetadataQuorum().quorumInfo()).leaderEpoch();
          return epoch[0] > 0;
        });
    return epoch[0];
  }

  /// Waits until every partition is as wanted.
  public void awaitEach(String what, Predicate<State> wanted) {
    await(what, () -> partitions().stream().allMatch(wanted));
  }

  List<State> partitions() throws IntermittentException {
    return get(admin.describeTopics(List.of(topic)).allTopicNames())
        .values()
        .iterator()
        .next()
        .partitions()
        .stream()
        .map(Topology::state)
        .toList();
  }

  /// Where each partition ends.
  List<Long> endOffsets() throws IntermittentException {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    int count = partitions().size();
    for (int i = 0; i < count; i++) {
      asked.put(new TopicPartition(topic, i), OffsetSpec.latest());
    }
    return get(admin.listOffsets(asked).all()).values().stream()
        .map(ListOffsetsResult.ListOffsetsResultInfo::offset)
        .toList();
  }

  private static State state(TopicPartitionInfo info) {
    Node leader = info.leader();
    return new State(
        leader == null ? -1 : leader.id(), info.isr().stream().map(Node::id).sorted().toList());
  }

  /// Asks again and again, patiently.
  static void await(String what, Question question) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    Exception last = null;
    while (System.nanoTime() - deadline < 0) {
      try {
        if (question.yes()) {
          return;
        }
      } catch (IntermittentException e) {
        last = e;
      }
      pause(Duration.ofMillis(LOOK_MS));
    }
    throw new LoadException("waited in vain for " + what, last);
  }

  static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted", e);
    }
  }

  private static <T> T get(KafkaFuture<T> future) throws IntermittentException {
    try {
      return future.get(ANSWER_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case TopicExistsException known -> throw known;
        case ElectionNotNeededException known -> throw known;
        case null, default -> throw new IntermittentException(e);
      }
    } catch (TimeoutException e) {
      throw new IntermittentException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LoadException("interrupted", e);
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }

  /// Something that may come true, or fail for now.
  @FunctionalInterface
  interface Question {
    boolean yes() throws IntermittentException;
  }

  /// A question without an answer, this time.
  static final class IntermittentException extends Exception {
    IntermittentException(Exception cause) {
      super(cause);
    }
  }
}
