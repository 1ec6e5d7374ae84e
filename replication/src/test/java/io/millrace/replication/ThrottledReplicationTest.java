package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogConfig;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/// What a leader sends while its quota is used up.
class ThrottledReplicationTest {

  private static final int LEADER = 1;
  private static final int IN_SYNC = 2;
  private static final int CATCHING_UP = 3;

  private final VirtualWorld world = VirtualWorld.builder(1).build();

  @Test
  void onlyAThrottledFollowerThatIsNotInSyncWaits() throws IOException {
    TwoDirectories broker = leader(ThrottledReplicas.parse("0:1", LEADER));
    broker.quotas.leader().limit(1_000);
    assertThat(bytesFor(broker, CATCHING_UP)).isPositive();

    broker.quotas.leader().record(5_000);

    assertThat(bytesFor(broker, CATCHING_UP)).isZero();
    assertThat(bytesFor(broker, IN_SYNC)).isPositive();
    world.runFor(5_000_000_000L);
    assertThat(bytesFor(broker, CATCHING_UP)).isPositive();
  }

  @Test
  void aReplicaThatIsNotNamedIsNotThrottled() throws IOException {
    TwoDirectories broker = leader(ThrottledReplicas.parse("1:1,0:2", LEADER));
    broker.quotas.leader().limit(1_000);
    broker.quotas.leader().record(5_000);

    assertThat(bytesFor(broker, CATCHING_UP)).isPositive();
  }

  private TwoDirectories leader(ThrottledReplicas throttled) throws IOException {
    TwoDirectories broker = new TwoDirectories(world, LogConfig.DEFAULTS, TwoDirectories.FIRST);
    int[] replicas = {LEADER, IN_SYNC, CATCHING_UP};
    int[] isr = {LEADER, IN_SYNC};
    broker
        .partition()
        .apply(
            new LeaderState(LEADER, 1, 1, replicas, isr, false),
            new TopicSettings(LogConfig.DEFAULTS, 1, throttled, ThrottledReplicas.NONE));
    ByteBuffer batch =
        MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1_000L, null, new byte[100]))
            .buffer();
    Produced.by(broker.partition(), batch);
    return broker;
  }

  private static int bytesFor(TwoDirectories broker, int follower) {
    ReadRequest request = new ReadRequest();
    request.currentLeaderEpoch = 1;
    request.replicaId = follower;
    request.isolation = ReadRequest.Isolation.LOG_END;
    request.maxBytes = 1 << 20;
    ReadAnswer answer = new ReadAnswer();
    broker.partition().read(request, answer);
    int bytes = answer.bytes();
    answer.release();
    return bytes;
  }
}
