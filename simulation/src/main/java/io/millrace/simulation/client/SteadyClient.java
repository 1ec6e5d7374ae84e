package io.millrace.simulation.client;

import io.millrace.runtime.Clock;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/// Writes a record to one partition every ten milliseconds with `acks=all`, as impatient as a Java
/// producer with a retry back-off of 20 ms, and measures the longest time between two
/// acknowledgements. What a broker hints of a new leader (KIP-951) it follows at once. Lives on one
/// loop.
public final class SteadyClient {

  private static final long EVERY_NANOS = 10_000_000L;
  private static final long BACKOFF_NANOS = 20_000_000L;
  private static final int MAX_IN_FLIGHT = 5;
  private static final int TIMEOUT_MS = 1_000;

  private final EventLoop loop;
  private final Clock clock;
  private final ClusterClient cluster;
  private final TopicPartition partition;
  private final ArrayDeque<Integer> waiting = new ArrayDeque<>();
  private int inFlight;
  private int made;
  private boolean refreshing;
  private long lastAckNanos;
  private long longestNanos;
  private long lastOffset = -1;
  private String last = "";
  private String atLongest = "";

  /// @param patienceMs after which a connection that does not answer is given up
  public SteadyClient(
      World world, List<String> bootstrap, String topic, int partition, int patienceMs) {
    this.loop = world.loops().getFirst();
    this.clock = world.clock();
    this.cluster = new ClusterClient(world, loop, "steady-" + partition, bootstrap, patienceMs);
    this.partition = new TopicPartition(topic, partition);
  }

  public void start() {
    lastAckNanos = clock.nanos();
    loop.execute(this::tick);
  }

  /// The longest gap since the last [#forgetGaps], the open one included, in nanoseconds.
  public long longestGap() {
    return Math.max(longestNanos, clock.nanos() - lastAckNanos);
  }

  /// The highest offset that was acknowledged, -1 for none.
  public long lastOffset() {
    return lastOffset;
  }

  public TopicPartition partition() {
    return partition;
  }

  /// Begins anew; a gap that is open counts in full.
  public void forgetGaps() {
    longestNanos = 0;
    atLongest = "";
  }

  /// What the brokers said during the longest gap.
  public String story() {
    return partition + " " + atLongest;
  }

  private void tick() {
    waiting.add(made++);
    drain();
    loop.schedule(EVERY_NANOS, this::tick);
  }

  private void drain() {
    int leader = cluster.leader(partition);
    if (leader < 0) {
      refresh();
      return;
    }
    while (inFlight < MAX_IN_FLIGHT && !waiting.isEmpty()) {
      send(leader, waiting.remove());
    }
  }

  private void send(int leader, int number) {
    inFlight++;
    ProduceRequestData.TopicProduceDataCollection topics =
        new ProduceRequestData.TopicProduceDataCollection();
    topics.add(
        new ProduceRequestData.TopicProduceData()
            .setTopicId(cluster.topicId(partition.topic()))
            .setPartitionData(
                List.of(
                    new ProduceRequestData.PartitionProduceData()
                        .setIndex(partition.partition())
                        .setRecords(record(number)))));
    cluster
        .broker(leader)
        .send(
            ApiKeys.PRODUCE,
            new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(TIMEOUT_MS)
                .setTopicData(topics),
            answer -> {
              inFlight--;
              onAnswer(leader, number, answer instanceof ProduceResponseData data ? data : null);
            });
  }

  private MemoryRecords record(int number) {
    return MemoryRecords.withRecords(
        Compression.NONE,
        new SimpleRecord(
            clock.wallMs(), ByteBuffer.allocate(Integer.BYTES).putInt(0, number).array()));
  }

  private void onAnswer(int leader, int number, @Nullable ProduceResponseData answer) {
    ProduceResponseData.PartitionProduceResponse result =
        answer == null
            ? null
            : answer.responses().iterator().next().partitionResponses().getFirst();
    if (result != null && result.errorCode() == Errors.NONE.code()) {
      lastOffset = Math.max(lastOffset, result.baseOffset());
      onAcknowledged();
      drain();
      return;
    }
    last +=
        String.format(
            " [%d us after the last: %s of %d]",
            (clock.nanos() - lastAckNanos) / 1_000,
            result == null ? "no answer" : Errors.forCode(result.errorCode()),
            leader);
    waiting.add(number);
    if (answer != null && result != null && result.currentLeader().leaderId() >= 0) {
      answer
          .nodeEndpoints()
          .forEach(node -> cluster.learnBroker(node.nodeId(), node.host(), node.port()));
      cluster.learnLeader(
          partition, result.currentLeader().leaderId(), result.currentLeader().leaderEpoch());
      drain();
    } else {
      refresh();
    }
  }

  private void onAcknowledged() {
    long now = clock.nanos();
    if (now - lastAckNanos > longestNanos) {
      longestNanos = now - lastAckNanos;
      atLongest = last;
    }
    last = "";
    lastAckNanos = now;
  }

  private void refresh() {
    if (!refreshing) {
      refreshing = true;
      loop.schedule(
          BACKOFF_NANOS,
          () ->
              cluster.refresh(
                  List.of(partition.topic()),
                  _ -> {
                    refreshing = false;
                    drain();
                  }));
    }
  }
}
