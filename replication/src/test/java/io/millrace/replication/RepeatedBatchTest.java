package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.AppendOrigin;
import io.millrace.log.LogConfig;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/// What a leader answers to a producer that repeats a batch.
class RepeatedBatchTest {

  private static final int LEADER = 1;
  private static final int FOLLOWER = 2;
  private static final int BATCHES = 9;

  private final VirtualWorld world = VirtualWorld.builder(1).build();

  /// The producer takes the answer for a success, so that it must be as good as one.
  @Test
  void aBatchTooOldToBeRememberedIsADuplicateOnceItIsCommitted() throws IOException {
    Partition partition = leader();
    for (int i = 0; i < BATCHES; i++) {
      assertThat(append(partition, i).error()).isEqualTo(Errors.NONE);
    }

    AppendAnswer before = append(partition, 0);
    assertThat(before.error()).isEqualTo(Errors.DUPLICATE_SEQUENCE_NUMBER);
    assertThat(before.baseOffset()).isEqualTo(-1);
    assertThat(before.awaitOffset()).isEqualTo(4);
    assertThat(append(partition, 6).awaitOffset()).isEqualTo(7);

    fetch(partition, 4);
    assertThat(append(partition, 0).awaitOffset()).isEqualTo(AppendAnswer.ACKED);
    assertThat(append(partition, 6).awaitOffset()).isEqualTo(7);
    assertThat(append(partition, BATCHES + 1).error())
        .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
  }

  private Partition leader() throws IOException {
    TwoDirectories broker = new TwoDirectories(world, LogConfig.DEFAULTS, TwoDirectories.FIRST);
    int[] replicas = {LEADER, FOLLOWER};
    broker
        .partition()
        .apply(
            new LeaderState(LEADER, 1, 1, replicas, replicas, false),
            new TopicSettings(LogConfig.DEFAULTS, 1));
    return broker.partition();
  }

  /// One record, numbered by its sequence.
  private static AppendAnswer append(Partition partition, int sequence) {
    ByteBuffer batch =
        MemoryRecords.withIdempotentRecords(
                Compression.NONE,
                5,
                (short) 0,
                sequence,
                new SimpleRecord(1_000L, null, new byte[] {(byte) sequence}))
            .buffer();
    AppendAnswer answer = new AppendAnswer();
    partition.append(
        batch,
        0,
        batch.limit(),
        (short) -1,
        AppendOrigin.CLIENT,
        ApiKeys.PRODUCE.latestVersion(),
        -1,
        answer);
    return answer;
  }

  /// The follower has all that lies below.
  private static void fetch(Partition partition, long offset) {
    ReadRequest request = new ReadRequest();
    request.currentLeaderEpoch = 1;
    request.replicaId = FOLLOWER;
    request.fetchOffset = offset;
    request.isolation = ReadRequest.Isolation.LOG_END;
    request.isProgress = true;
    request.maxBytes = 1;
    ReadAnswer answer = new ReadAnswer();
    partition.read(request, answer);
    answer.release();
  }
}
