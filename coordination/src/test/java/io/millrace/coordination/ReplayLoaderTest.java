package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Shards that wait for their turn to load, on one loop.
final class ReplayLoaderTest {
  private static final int SHARDS = 4;

  private final VirtualWorld world = VirtualWorld.builder(1).loops(1).build();
  private final VirtualNode node = world.node("node");
  private final List<MemoryLog> logs = new ArrayList<>();
  private final ReplayLoader loader =
      new ReplayLoader(
          partition -> logs.get(partition.partition()),
          new ShardLoops(node.loops()),
          node.workers(),
          new WorldTime(node.clock()),
          new GroupCoordinatorRecordSerde(),
          4_096);

  @BeforeEach
  void write() {
    GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    CoordinatorRecord commit =
        CoordinatorRecord.record(
            new OffsetCommitKey().setGroup("group").setTopic("orders").setPartition(0),
            new ApiMessageAndVersion(
                new OffsetCommitValue().setOffset(1).setMetadata("").setCommitTimestamp(1),
                (short) 3));
    for (int i = 0; i < SHARDS; i++) {
      MemoryLog log = new MemoryLog(node.loops().getFirst());
      log.store(
          MemoryRecords.withRecords(
              Compression.NONE,
              new SimpleRecord(1, serde.serializeKey(commit), serde.serializeValue(commit))));
      logs.add(log);
    }
  }

  private List<CompletableFuture<LoadSummary>> loadAll() {
    List<CompletableFuture<LoadSummary>> loads = new ArrayList<>();
    node.loops()
        .getFirst()
        .execute(() -> {
          for (int i = 0; i < SHARDS; i++) {
            TopicPartition shard = new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, i);
            loads.add(loader.load(shard, new Discarding()));
          }
        });
    world.runFor(100_000_000);
    return loads;
  }

  @Test
  void shardsThatCannotBeReadKeepNobodyWaitingForLong() {
    logs.get(0).spoilLastBatch();
    logs.get(1).spoilLastBatch();
    List<CompletableFuture<LoadSummary>> loads = loadAll();
    assertThat(loads).noneMatch(CompletableFuture::isDone);

    world.runFor(31_000_000_000L);
    assertThat(loads.subList(2, SHARDS)).allMatch(CompletableFuture::isDone);
    assertThat(loads.subList(0, 2)).noneMatch(CompletableFuture::isDone);

    logs.get(1).mendLastBatch();
    world.runFor(5_000_000_000L);
    assertThat(loads.get(1).join().numRecords()).isEqualTo(1);
    assertThat(loads.get(0)).isNotDone();
  }

  /// More of them than may load at a time.
  @Test
  void shardsThatCannotBeReadTakeTurns() {
    logs.forEach(MemoryLog::spoilLastBatch);
    List<CompletableFuture<LoadSummary>> loads = loadAll();
    world.runFor(120_000_000_000L);

    logs.forEach(MemoryLog::mendLastBatch);
    world.runFor(6_000_000_000L);

    assertThat(loads).allMatch(CompletableFuture::isDone);
  }

  /// A shard that takes everything and keeps nothing.
  private static final class Discarding implements CoordinatorPlayback<CoordinatorRecord> {
    @Override
    public void replay(
        long offset, long producerId, short producerEpoch, CoordinatorRecord record) {}

    @Override
    public void replayEndTransactionMarker(
        long producerId, short producerEpoch, TransactionResult result) {}

    @Override
    public void updateLastWrittenOffset(long offset) {}

    @Override
    public void updateLastCommittedOffset(long offset) {}
  }
}
