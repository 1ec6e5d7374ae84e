package io.millrace.simulation.client;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.simulation.audit.Ledger;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/// A consumer of all partitions of a topic, without a group, from the beginning. Seeks back now and
/// then, or to the end, unless it is the auditor.
public final class ReaderClient implements SimulatedClient {

  private static final long SEEK_NANOS = 1_500_000_000L;
  private static final int SEEKS_A_SEEK_TO_THE_END = 4;

  private final ClusterClient cluster;
  private final EventLoop loop;
  private final String topic;
  private final boolean seeks;
  private final PartitionReader reader;
  private boolean assigned;
  private boolean stopped;

  public ReaderClient(
      World world,
      List<String> bootstrap,
      String name,
      String topic,
      Ledger ledger,
      BooleanSupplier damageAllowed,
      IsolationLevel isolation) {
    this.loop = world.loops().getLast();
    this.cluster = new ClusterClient(world, loop, name, bootstrap);
    this.topic = topic;
    this.seeks = !name.equals(Ledger.AUDITOR);
    this.reader = new PartitionReader(cluster, topic, ledger, damageAllowed, true, isolation);
  }

  @Override
  public void start() {
    loop.execute(this::findTopic);
  }

  private void findTopic() {
    cluster.refresh(
        List.of(topic),
        complete -> {
          if (!complete) {
            cluster.later(this::findTopic);
            return;
          }
          for (int i = 0; i < cluster.partitions(topic); i++) {
            reader.assign(new TopicPartition(topic, i), 0);
          }
          assigned = true;
          reader.start();
          if (seeks) {
            loop.schedule(SEEK_NANOS, this::seek);
          }
        });
  }

  private void seek() {
    if (stopped) {
      return;
    }
    int index = cluster.random().nextInt(cluster.partitions(topic));
    TopicPartition partition = new TopicPartition(topic, index);
    long position = reader.position(partition);
    if (cluster.random().nextInt(SEEKS_A_SEEK_TO_THE_END) == 0) {
      reader.seekEnd(partition);
    } else if (position > 0) {
      reader.assign(partition, cluster.random().nextLong(position + 1));
    }
    loop.schedule(SEEK_NANOS, this::seek);
  }

  @Override
  public void stop() {
    stopped = true;
    reader.stop();
  }

  @Override
  public boolean isIdle() {
    return stopped;
  }

  /// Whether everything that was there has been read.
  public boolean isAtEnd() {
    return assigned && reader.isAtEnd();
  }

  @Override
  public long requests() {
    return reader.requests();
  }

  @Override
  public String toString() {
    return cluster.name() + ": " + (assigned ? reader : "looking for " + topic);
  }
}
