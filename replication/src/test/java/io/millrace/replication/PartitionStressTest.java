package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.LogConfig;
import io.millrace.runtime.real.RealWorld;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The partition's monitor under real threads, which the simulator cannot show: producers that wait
/// for `acks=all`, a follower, consumers and the metadata all at once.
class PartitionStressTest {

  private static final TopicIdPartition ID = new TopicIdPartition(new Uuid(1, 2), 0, "orders");
  private static final TopicSettings TOPIC = new TopicSettings(LogConfig.DEFAULTS, 2);
  private static final int LEADER = 1;
  private static final int FOLLOWER = 2;
  private static final int PRODUCERS = 3;
  private static final int APPENDS = 500;

  private final RealWorld world = RealWorld.builder().loops(1).build();
  private final ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS + 3);
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong followerHas = new AtomicLong();

  @TempDir private Path directory;

  @AfterEach
  void close() throws InterruptedException {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    world.close();
  }

  @Test
  void everyWaitEndsOnceAndNothingIsAcknowledgedThatTheFollowerLacks() throws Exception {
    Partition partition = new LocalPartitions(world, directory).make(ID, LEADER);
    partition.apply(state(0), TOPIC);
    List<Future<?>> others = new ArrayList<>();
    others.add(threads.submit(follower(partition)));
    others.add(threads.submit(consumer(partition)));
    others.add(threads.submit(metadata(partition)));
    List<Future<Acks>> producers = new ArrayList<>();
    for (int i = 0; i < PRODUCERS; i++) {
      producers.add(threads.submit(producer(partition)));
    }
    for (Future<Acks> producer : producers) {
      Acks acks = producer.get(60, TimeUnit.SECONDS);
      acks.awaitAll();
      assertThat(acks.told).hasValue(acks.asked);
      assertThat(acks.early).as("acknowledged before the follower had it").hasValue(0);
    }
    over.set(true);
    for (Future<?> other : others) {
      other.get(60, TimeUnit.SECONDS);
    }
    assertThat(partition.highWatermark()).isEqualTo(PRODUCERS * APPENDS);
    assertThat(partition.logEndOffset()).isEqualTo(PRODUCERS * APPENDS);
  }

  private static LeaderState state(int partitionEpoch) {
    int[] both = {LEADER, FOLLOWER};
    return new LeaderState(LEADER, 0, partitionEpoch, both, both, false);
  }

  /// What one producer's waits came to.
  private final class Acks implements AckWaiter {
    private final Partition partition;
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicInteger early = new AtomicInteger();
    private final long[] ends = new long[APPENDS];
    private int asked;

    Acks(Partition partition) {
      this.partition = partition;
    }

    @Override
    public void onAck(int ticket, Errors error) {
      if (error != Errors.NONE
          || partition.highWatermark() < ends[ticket]
          || followerHas.get() < ends[ticket]) {
        early.incrementAndGet();
      }
      told.incrementAndGet();
    }

    void awaitAll() {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (told.get() < asked && System.nanoTime() < deadline) {
        Thread.onSpinWait();
      }
    }
  }

  private Callable<Acks> producer(Partition partition) {
    return () -> {
      Acks acks = new Acks(partition);
      AppendAnswer answer = new AppendAnswer();
      for (int i = 0; i < APPENDS; i++) {
        ByteBuffer source =
            MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[20])).buffer();
        ByteBuffer bytes = ByteBuffer.allocateDirect(source.remaining()).put(source).flip();
        partition.append(
            bytes,
            0,
            bytes.limit(),
            (short) -1,
            AppendOrigin.CLIENT,
            ApiKeys.PRODUCE.latestVersion(),
            -1,
            answer);
        assertThat(answer.error()).isEqualTo(Errors.NONE);
        acks.ends[i] = answer.lastOffset() + 1;
        acks.asked++;
        Errors now = partition.awaitAck(acks.ends[i], true, acks, i);
        if (now != null) {
          acks.onAck(i, now);
        }
      }
      return acks;
    };
  }

  private Callable<Void> follower(Partition partition) {
    return () -> {
      ReadRequest request = new ReadRequest();
      request.replicaId = FOLLOWER;
      request.isProgress = true;
      request.isolation = ReadRequest.Isolation.LOG_END;
      request.maxBytes = 1 << 16;
      ReadAnswer answer = new ReadAnswer();
      while (!over.get()) {
        long end = partition.logEndOffset();
        followerHas.set(end);
        request.fetchOffset = end;
        partition.read(request, answer);
        answer.release();
      }
      return null;
    };
  }

  private Callable<Void> consumer(Partition partition) {
    return () -> {
      ReadRequest request = new ReadRequest();
      request.maxBytes = 1 << 16;
      ReadAnswer answer = new ReadAnswer();
      long before = 0;
      while (!over.get()) {
        request.fetchOffset = before;
        partition.read(request, answer);
        assertThat(answer.error()).isEqualTo(Errors.NONE);
        assertThat(answer.highWatermark()).isGreaterThanOrEqualTo(before);
        assertThat(followerHas.get()).isGreaterThanOrEqualTo(answer.highWatermark());
        before = answer.highWatermark();
        answer.release();
      }
      return null;
    };
  }

  private Callable<Void> metadata(Partition partition) {
    return () -> {
      for (int epoch = 1; !over.get(); epoch++) {
        partition.apply(state(epoch), TOPIC);
        partition.onTick();
      }
      return null;
    };
  }
}
