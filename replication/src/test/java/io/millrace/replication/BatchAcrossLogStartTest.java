package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogConfig;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/// A follower that begins where its leader's log begins, in the middle of a batch.
class BatchAcrossLogStartTest {

  private static final int LEADER = 2;
  private static final int EPOCH = 1;
  private static final int RECORDS = 10;
  private static final long START = 4;

  private final VirtualWorld world = VirtualWorld.builder(1).build();

  @Test
  void theFollowerTakesTheWholeBatchAndKeepsItsStart() throws IOException {
    TwoDirectories broker = new TwoDirectories(world, LogConfig.DEFAULTS, TwoDirectories.FIRST);
    Partition follower = broker.partition();
    int[] replicas = {LEADER, 1};
    follower.apply(
        new LeaderState(LEADER, EPOCH, 1, replicas, replicas, false),
        new TopicSettings(LogConfig.DEFAULTS, 1));
    follower.cut(EPOCH, new CutPoint.LeaderStartsAbove(0, START));
    assertThat(follower.logEndOffset()).isEqualTo(START);

    FetchedPartition fetched = new FetchedPartition();
    ByteBuffer sent = batchFromZero();
    fetched.recordsLength = sent.limit();
    fetched.highWatermark = RECORDS;
    fetched.logStartOffset = START;
    assertThat(follower.onFetched(EPOCH, START, fetched, sent))
        .isEqualTo(FetchedOutcome.SPANS_START);
    follower.cut(EPOCH, CutPoint.Within.firstOf(START, fetched, sent));

    assertThat(follower.logStartOffset()).isEqualTo(START);
    assertThat(follower.logEndOffset()).isEqualTo(RECORDS);
    assertThat(follower.highWatermark()).isEqualTo(START);

    follower.apply(new LeaderState(1, EPOCH + 1, 2, new int[] {1}, new int[] {1}, false));
    AppendAnswer next = Produced.by(follower, batchFromZero());
    assertThat(next.error()).isEqualTo(Errors.NONE);
    assertThat(next.baseOffset()).isEqualTo(RECORDS);
  }

  /// As a leader stores it.
  private static ByteBuffer batchFromZero() {
    SimpleRecord[] records = new SimpleRecord[RECORDS];
    for (int i = 0; i < RECORDS; i++) {
      records[i] = new SimpleRecord(1_000L, null, new byte[] {(byte) i});
    }
    ByteBuffer heap = MemoryRecords.withRecords(Compression.NONE, records).buffer();
    ByteBuffer direct = ByteBuffer.allocateDirect(heap.limit());
    return direct.put(heap.duplicate()).flip();
  }
}
