package io.millrace.simulation.client;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.util.List;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.protocol.ApiKeys;

/// Creates the topic that a run's clients share, and waits until each partition has a leader.
public final class TopicSetUp {

  private static final int TIMEOUT_MS = 5_000;

  private final EventLoop loop;
  private final ClusterClient cluster;
  private final String topic;
  private final int partitions;
  private final int replicas;
  private boolean done;

  public TopicSetUp(
      World world, List<String> bootstrap, String topic, int partitions, int replicas) {
    this.loop = world.loops().getFirst();
    this.cluster = new ClusterClient(world, loop, "set-up", bootstrap);
    this.topic = topic;
    this.partitions = partitions;
    this.replicas = replicas;
  }

  public void start() {
    loop.execute(this::create);
  }

  public boolean isDone() {
    return done;
  }

  private void create() {
    CreatableTopicCollection topics = new CreatableTopicCollection();
    topics.add(
        new CreatableTopic()
            .setName(topic)
            .setNumPartitions(partitions)
            .setReplicationFactor((short) replicas));
    cluster.toAny(
        ApiKeys.CREATE_TOPICS,
        new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(TIMEOUT_MS),
        _ -> look());
  }

  private void look() {
    cluster.refresh(
        List.of(topic),
        complete -> {
          done |= complete;
          if (!done) {
            cluster.later(this::create);
          }
        });
  }
}
