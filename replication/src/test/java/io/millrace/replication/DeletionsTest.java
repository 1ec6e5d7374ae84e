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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who a deletion of records waits for.
class DeletionsTest {

  private static final long TARGET = 3;

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final TwoDirectories broker = open();

  @BeforeEach
  void fillAPartitionWithoutFollowers() {
    assertThat(Produced.by(broker.partition(), fourRecords()).error()).isEqualTo(Errors.NONE);
    broker.storesLogStarts = false;
  }

  @Test
  void waitsForNothingButTheLeadersDiskWithoutFollowers() {
    assertThat(broker.partition().deleteRecords(TARGET).error()).isEqualTo(Errors.NONE);

    PartitionQuery before = broker.partition().lowWatermark();
    assertThat(before.logStartOffset()).isZero();
    assertThat(before.followersLogStart()).isEqualTo(TARGET);

    broker.partition().onLogStartStored(TARGET);
    assertThat(broker.partition().lowWatermark().logStartOffset()).isEqualTo(TARGET);
  }

  @Test
  void waitsForAFollowerInSyncEvenWhereTheLeadersDiskIsDone() {
    int[] replicas = {1, 2};
    broker
        .partition()
        .apply(
            new LeaderState(1, 0, 1, replicas, replicas, false),
            new TopicSettings(LogConfig.DEFAULTS, 1));
    assertThat(broker.partition().deleteRecords(TARGET).error()).isEqualTo(Errors.NONE);
    broker.partition().onLogStartStored(TARGET);

    PartitionQuery now = broker.partition().lowWatermark();
    assertThat(now.logStartOffset()).isLessThan(TARGET);
    assertThat(now.followersLogStart()).isLessThan(TARGET);
  }

  private TwoDirectories open() {
    try {
      return new TwoDirectories(world, LogConfig.DEFAULTS, TwoDirectories.FIRST);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ByteBuffer fourRecords() {
    SimpleRecord[] records = new SimpleRecord[4];
    for (int i = 0; i < records.length; i++) {
      records[i] = new SimpleRecord(1_000L, null, new byte[] {(byte) i});
    }
    ByteBuffer heap = MemoryRecords.withRecords(Compression.NONE, records).buffer();
    return ByteBuffer.allocateDirect(heap.limit()).put(heap.duplicate()).flip();
  }
}
