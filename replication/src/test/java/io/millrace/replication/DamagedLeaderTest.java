package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogConfig;
import io.millrace.log.RepairOutcome;
import io.millrace.log.segment.RottenRange;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A replica whose start has found damage comes to lead: nobody else may have what lies behind the
/// damage, so that it must not be cut, and has to be repaired before anybody can write again.
class DamagedLeaderTest {

  private static final LogConfig SYNCED =
      LogConfig.of(Map.of(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, "1"));
  private static final Path LOG = Path.of("/first/orders-0/00000000000000000000.log");
  private static final int BATCHES = 10;
  private static final int ROTTEN = 4;

  private final VirtualWorld world = VirtualWorld.builder(4).build();
  private ByteBuffer sound = ByteBuffer.allocate(0);
  private int size;

  /// Batches of one record; after a power failure one is not what it was.
  @BeforeEach
  void write() throws IOException {
    TwoDirectories before = new TwoDirectories(world, SYNCED, TwoDirectories.FIRST);
    for (int i = 0; i < BATCHES; i++) {
      assertThat(append(before)).isEqualTo(Errors.NONE);
    }
    world.runFor(1_000_000_000L);
    sound = ByteBuffer.wrap(before.node.disk().read(LOG));
    size = sound.limit() / BATCHES;
    before.node.disk().flipBit(LOG, 8L * (ROTTEN * size + 100));
    before.node.powerOff();
  }

  private static Errors append(TwoDirectories broker) {
    ByteBuffer bytes =
        MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1_000L, null, new byte[100]))
            .buffer();
    return Produced.by(broker.partition(), bytes).error();
  }

  private static Errors read(TwoDirectories broker, long offset) {
    ReadRequest request = new ReadRequest();
    request.fetchOffset = offset;
    request.maxBytes = 1;
    request.minOneBatch = true;
    request.isolation = ReadRequest.Isolation.LOG_END;
    ReadAnswer answer = new ReadAnswer();
    broker.partition().read(request, answer);
    var slice = answer.takeSlice();
    if (slice != null) {
      slice.release();
    }
    return answer.error();
  }

  @Test
  void asksForItsRepairAndTakesAppendsAfterIt() throws IOException {
    TwoDirectories broker = new TwoDirectories(world, SYNCED, TwoDirectories.FIRST);
    RottenRange damage =
        new RottenRange(0, ROTTEN, ROTTEN + 1, ROTTEN * size, (ROTTEN + 1) * size, false);

    assertThat(broker.repairs).containsExactly(damage);
    assertThat(append(broker)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(read(broker, ROTTEN)).as("it may be repaired").isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(read(broker, ROTTEN + 1)).isEqualTo(Errors.NONE);

    PartitionRot rot = broker.partition().rot();
    RepairOutcome outcome = rot.repair(damage, sound, damage.position(), size);
    rot.sync(damage, ((RepairOutcome.Whole) outcome).file());

    assertThat(read(broker, ROTTEN)).isEqualTo(Errors.NONE);
    assertThat(append(broker)).isEqualTo(Errors.NONE);
    assertThat(broker.partition().logEndOffset()).isEqualTo(BATCHES + 1);
  }

  @Test
  void asksAgainForWhatIsLeft() throws IOException {
    TwoDirectories broker = new TwoDirectories(world, SYNCED, TwoDirectories.FIRST);
    RottenRange lost = broker.partition().rot().markLost(broker.repairs.getFirst());
    assertThat(read(broker, ROTTEN)).isEqualTo(Errors.CORRUPT_MESSAGE);

    int[] alone = {1};
    broker.partition().apply(new LeaderState(1, 1, 1, alone, alone, false));

    assertThat(broker.repairs).last().isEqualTo(lost);
  }
}
