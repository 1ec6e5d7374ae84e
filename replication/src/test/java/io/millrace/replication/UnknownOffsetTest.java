package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogConfig;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/// What a leader says to a consumer that asks for an offset beyond its log: one that was replaced
/// without hearing of it must not call wrong what its successor has.
class UnknownOffsetTest {

  private static final int EPOCH = 1;

  private final VirtualWorld world = VirtualWorld.builder(1).build();

  @Test
  void aLeaderThatHearsOfTheMetadataCallsItOutOfRange() throws IOException {
    TwoDirectories broker = broker();

    assertThat(read(broker, 1, -1)).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    assertThat(read(broker, 1, EPOCH + 1)).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
  }

  @Test
  void aLeaderThatDoesNotDoubtsThatItLeads() throws IOException {
    TwoDirectories broker = broker();
    broker.hearsOfMetadata = false;

    assertThat(read(broker, 1, -1)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(read(broker, 1, EPOCH + 1)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(read(broker, 0, -1)).isEqualTo(Errors.NONE);
    assertThat(read(broker, -1, -1)).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
  }

  @Test
  void patienceIsTwoRecordsOfAnIdleLog() {
    assertThat(ReplicationSettings.DEFAULTS.metadataPatienceNanos()).isEqualTo(1_000_000_000L);
  }

  private TwoDirectories broker() throws IOException {
    TwoDirectories broker = new TwoDirectories(world, LogConfig.DEFAULTS, TwoDirectories.FIRST);
    int[] replicas = {1, 2};
    broker
        .partition()
        .apply(
            new LeaderState(1, EPOCH, 1, replicas, replicas, false),
            new TopicSettings(LogConfig.DEFAULTS, 1));
    return broker;
  }

  private static Errors read(TwoDirectories broker, long offset, int lastFetchedEpoch) {
    ReadRequest request = new ReadRequest();
    request.fetchOffset = offset;
    request.lastFetchedEpoch = lastFetchedEpoch;
    request.maxBytes = 1 << 20;
    ReadAnswer answer = new ReadAnswer();
    broker.partition().read(request, answer);
    answer.release();
    return answer.error();
  }
}
