package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.junit.jupiter.api.Test;

/// How a shard comes up from its log: in slices, while its loop goes on.
final class ReplayTest {
  private static final long PRODUCER = 77;

  private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
  private final TestCluster cluster = new TestCluster().with("offsets.load.buffer.size", 4_096);
  private final GroupClient client = new GroupClient(cluster);
  private final String group = "simple";
  private final int partition = Math.floorMod(group.hashCode(), TestCluster.OFFSETS_PARTITIONS);
  private final MemoryLog log = cluster.log(partition);

  @Test
  void answersLoadInProgressWhileItReplaysSlices() {
    for (int i = 0; i < 20_000; i++) {
      log.store(plain(commit(group, i % 1_000, i)));
    }
    cluster.beginStart();
    cluster.world.runUntil(() -> commitNow() == Errors.COORDINATOR_LOAD_IN_PROGRESS, 1_000_000);
    List<Errors> answers = new ArrayList<>();
    while (answers.isEmpty() || answers.getLast() == Errors.COORDINATOR_LOAD_IN_PROGRESS) {
      answers.add(commitNow());
    }
    assertThat(answers.getLast()).isEqualTo(Errors.NONE);
    assertThat(answers).as("the shard answers all along").hasSizeGreaterThan(100);
    Map<Integer, Long> committed = client.committed(group);
    assertThat(committed).hasSize(1_000).containsEntry(999, 19_999L).containsEntry(1, 19_001L);
  }

  private Errors commitNow() {
    return client.now(client.commit(group, 0, 20_000));
  }

  @Test
  void keepsOnlyTheLastOfEqualCommits() {
    TreeMap<Integer, Long> expected = new TreeMap<>();
    for (int i = 0; i < 3_000; i++) {
      int topicPartition = (i * 7) % 13;
      if (i % 11 == 3) {
        log.store(plain(tombstone(group, topicPartition)));
        expected.remove(topicPartition);
      } else {
        log.store(plain(commit(group, topicPartition, i), commit(group, 20, i)));
        expected.put(topicPartition, (long) i);
        expected.put(20, (long) i);
      }
    }
    cluster.start().advance(1_000);
    assertThat(client.committed(group)).isEqualTo(expected);
  }

  @Test
  void uncommittedCommitDoesNotHideTheCommittedOne() {
    log.store(plain(commit(group, 0, 1)));
    log.replicate(false);
    log.store(plain(commit(group, 0, 2)));
    cluster.start();
    assertThat(client.committedNow(group)).isEqualTo(Map.of(0, 1L));
    log.replicate(true);
    cluster.settle();
    assertThat(client.committedNow(group)).isEqualTo(Map.of(0, 2L));
  }

  @Test
  void batchLargerThanTheWindowIsRead() {
    SimpleRecord[] records = new SimpleRecord[2_000];
    for (int i = 0; i < records.length; i++) {
      records[i] = commit(group, i % 700, i);
    }
    log.store(plain(commit(group, 701, 1)));
    log.store(plain(records));
    log.store(plain(commit(group, 702, 1)));
    cluster.start().advance(1_000);
    assertThat(client.committed(group)).hasSize(702).containsEntry(599, 1_999L);
  }

  @Test
  void transactionsEndAsTheirMarkersSay() {
    log.store(plain(commit(group, 0, 1), commit(group, 1, 1), commit(group, 2, 1)));
    log.store(transactional(PRODUCER, commit(group, 0, 10)));
    log.store(transactional(PRODUCER + 1, commit(group, 1, 20)));
    log.store(plain(commit(group, 0, 2)));
    log.store(marker(PRODUCER, ControlRecordType.COMMIT));
    log.store(marker(PRODUCER + 1, ControlRecordType.ABORT));
    cluster.start();
    assertThat(client.committed(group))
        .as("the later plain commit wins over the transaction's")
        .isEqualTo(Map.of(0, 2L, 1, 1L, 2, 1L));
  }

  @Test
  void compressedBatchesAreRead() {
    SimpleRecord[] records = new SimpleRecord[500];
    for (int i = 0; i < records.length; i++) {
      records[i] = commit(group, i % 5, i);
    }
    log.store(MemoryRecords.withRecords(Compression.gzip().build(), records));
    cluster.start();
    assertThat(client.committed(group)).hasSize(5).containsEntry(4, 499L);
  }

  @Test
  void recordsOfAnUnknownTypeAreLeftOut() {
    byte[] key = ByteBuffer.allocate(6).putShort((short) 4_711).putInt(1).array();
    log.store(plain(new SimpleRecord(key, new byte[4])));
    log.store(plain(commit(group, 0, 1)));
    cluster.start();
    assertThat(client.committed(group)).isEqualTo(Map.of(0, 1L));
  }

  /// Whoever can repair it may be away for hours.
  @Test
  void aRottenBatchHoldsTheLoadUpUntilItIsRepaired() {
    log.store(plain(commit(group, 0, 1)));
    log.spoilLastBatch();
    cluster.start();
    assertThat(commitNow()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    cluster.advance(3_600_000);
    assertThat(commitNow()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    log.mendLastBatch();
    cluster.advance(5_000);
    assertThat(client.committed(group)).isEqualTo(Map.of(0, 1L));
    assertThat(commitNow()).isEqualTo(Errors.NONE);
  }

  @Test
  void aRottenBatchThatClaimsToEndBehindTheLogHoldsTheLoadUpToo() {
    log.store(plain(commit(group, 0, 1)));
    log.flipEndOfLastBatch();
    cluster.start().advance(60_000);
    assertThat(commitNow()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    log.flipEndOfLastBatch();
    cluster.advance(5_000);
    assertThat(client.committed(group)).isEqualTo(Map.of(0, 1L));
    assertThat(commitNow()).isEqualTo(Errors.NONE);
  }

  @Test
  void whatWasReadBeforeTheRottenBatchIsNotReplayedAgain() {
    for (int i = 0; i < 200; i++) {
      log.store(plain(commit(group, i, i)));
    }
    SimpleRecord[] large = new SimpleRecord[2_000];
    for (int i = 0; i < large.length; i++) {
      large[i] = commit(group, 200 + i, i);
    }
    log.store(plain(large));
    log.spoilLastBatch();
    cluster.start().advance(60_000);
    log.mendLastBatch();
    cluster.advance(5_000);
    assertThat(client.committed(group)).hasSize(2_200).containsEntry(199, 199L);
  }

  @Test
  void aLoadThatRestsIsOvertakenByALaterOne() {
    log.store(plain(commit(group, 0, 1)));
    log.spoilLastBatch();
    cluster.start().advance(32_000);
    cluster.moveOffsetsPartition(partition, false);
    cluster.moveOffsetsPartition(partition, true);
    cluster.settle();
    log.mendLastBatch();
    cluster.advance(300);
    assertThat(client.committed(group)).isEqualTo(Map.of(0, 1L));
    cluster.advance(10_000);
    assertThat(commitNow()).isEqualTo(Errors.NONE);
  }

  /// The first load, which waited for the repair, ends while the second one still waits.
  @Test
  void aLoadOfAFormerTenureIsNotTakenForThePresentOnes() {
    log.store(plain(commit(group, 0, 1)));
    log.spoilLastBatch();
    cluster.start().advance(100);
    cluster.moveOffsetsPartition(partition, false);
    cluster.moveOffsetsPartition(partition, true);
    cluster.settle();
    log.mendLastBatch();
    cluster.advance(200);
    assertThat(commitNow()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS);
    cluster.advance(100);
    assertThat(client.committed(group)).isEqualTo(Map.of(0, 1L));
  }

  @Test
  void followsALogWhoseStartMoves() {
    for (int i = 0; i < 2_000; i++) {
      log.store(plain(commit(group, i % 10, i)));
    }
    cluster.beginStart();
    cluster.world.runUntil(() -> commitNow() == Errors.COORDINATOR_LOAD_IN_PROGRESS, 1_000_000);
    log.deleteUpTo(1_990);
    cluster.advance(1_000);
    assertThat(client.committed(group)).hasSize(10).containsEntry(9, 1_999L);
  }

  @Test
  void emptyLogThatDoesNotBeginAtZeroTakesWrites() {
    log.store(plain(commit(group, 0, 1), commit(group, 1, 1)));
    log.deleteUpTo(2);
    cluster.start();
    assertThat(client.committed(group)).isEmpty();
    assertThat(client.now(client.commit(group, 0, 5))).isEqualTo(Errors.NONE);
    assertThat(client.committed(group)).isEqualTo(Map.of(0, 5L));
  }

  @Test
  void stopsWhenThePartitionMovesAway() {
    for (int i = 0; i < 5_000; i++) {
      log.store(plain(commit(group, i % 10, i)));
    }
    cluster.beginStart();
    cluster.world.runUntil(() -> commitNow() == Errors.COORDINATOR_LOAD_IN_PROGRESS, 1_000_000);
    cluster.stopServing(partition);
    cluster.advance(1_000);
    assertThat(commitNow()).isEqualTo(Errors.NOT_COORDINATOR);
    cluster.moveOffsetsPartition(partition, false);
    cluster.moveOffsetsPartition(partition, true);
    cluster.advance(1_000);
    assertThat(client.committed(group)).containsEntry(9, 4_999L);
  }

  @Test
  void loadsUpToTheHighWatermarkAndHearsOfTheRest() {
    log.store(plain(commit(group, 0, 1)));
    log.replicate(false);
    log.store(plain(commit(group, 0, 2)));
    cluster.start();
    CompletableFuture<Errors> behind = client.commit(group, 0, 3);
    cluster.advance(100);
    assertThat(behind).isNotDone();
    log.replicate(true);
    assertThat(client.now(behind)).isEqualTo(Errors.NONE);
    assertThat(client.committed(group)).isEqualTo(Map.of(0, 3L));
  }

  private static MemoryRecords plain(SimpleRecord... records) {
    return MemoryRecords.withRecords(Compression.NONE, records);
  }

  private static MemoryRecords transactional(long producer, SimpleRecord... records) {
    return MemoryRecords.withTransactionalRecords(
        Compression.NONE, producer, (short) 0, 0, records);
  }

  private static MemoryRecords marker(long producer, ControlRecordType type) {
    return MemoryRecords.withEndTransactionMarker(
        producer, (short) 0, new EndTransactionMarker(type, 0));
  }

  private SimpleRecord commit(String to, int topicPartition, long offset) {
    return record(
        CoordinatorRecord.record(
            key(to, topicPartition),
            new ApiMessageAndVersion(
                new OffsetCommitValue().setOffset(offset).setMetadata("").setCommitTimestamp(1),
                (short) 3)));
  }

  private SimpleRecord tombstone(String of, int topicPartition) {
    return record(CoordinatorRecord.tombstone(key(of, topicPartition)));
  }

  private static OffsetCommitKey key(String of, int topicPartition) {
    return new OffsetCommitKey().setGroup(of).setTopic("orders").setPartition(topicPartition);
  }

  private SimpleRecord record(CoordinatorRecord record) {
    return new SimpleRecord(1, serde.serializeKey(record), serde.serializeValue(record));
  }
}
