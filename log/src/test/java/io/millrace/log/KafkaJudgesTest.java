package io.millrace.log;

import static io.millrace.log.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile;
import org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.OffsetIndex;
import org.apache.kafka.storage.internals.log.OffsetPosition;
import org.apache.kafka.storage.internals.log.ProducerStateEntry;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.TimeIndex;
import org.apache.kafka.storage.internals.log.TimestampOffset;
import org.apache.kafka.storage.internals.log.TransactionIndex;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kafka's own classes read what we wrote, and we read what they wrote.
class KafkaJudgesTest {

  private static final Uuid TOPIC_ID = Uuid.fromString("mLoc1-0TQ_2vSM8Eqq0CrQ");

  @TempDir Path temp;
  private LogFixture on;

  @BeforeEach
  void open() {
    on = new LogFixture(temp);
    on.with("segment.bytes", 20_000).with("index.interval.bytes", 1_000);
    on.open(LogOpenState.unknown(TOPIC_ID));
  }

  @AfterEach
  void close() {
    on.close();
  }

  /// Idempotent and transactional producers, all codecs, several epochs and segments.
  private void write() {
    Compression[] codecs = {
      Compression.NONE,
      Compression.gzip().build(),
      Compression.lz4().build(),
      Compression.zstd().build(),
      Compression.snappy().build()
    };
    long now = StagedWorld.START_MS;
    for (int i = 0; i < 200; i++) {
      on.leaderEpoch = 1 + i / 60;
      on.append(batch().compressed(codecs[i % 5]).values(300).at(now + i * 10 - i % 3 * 15).of(3));
      on.append(batch().by(70 + i % 2, 0, i / 2 * 2).values(20).at(now + i * 10).of(2));
      if (i % 20 == 0) {
        transaction(i % 40 == 0);
      }
    }
  }

  /// As a follower gets it: there nobody asks who began the transaction.
  private void transaction(boolean commit) {
    long end = on.log().logEndOffset();
    on.follow(batch().placed(end, on.leaderEpoch).by(900, 0, (int) end).transactional().of(2));
    on.append(Batches.marker(900, 0, commit, 5), AppendOrigin.COORDINATOR);
  }

  @Test
  void itsIndexesAgreeWithTheBatches() throws IOException {
    write();
    for (int crashed = 0; crashed < 2; crashed++) {
      if (crashed == 0) {
        on.restart();
      } else {
        on.crash();
        on.restart();
      }
      int entries = 0;
      int timestamps = 0;
      int aborted = 0;
      for (Path log : files(".log")) {
        long base = Long.parseLong(log.getFileName().toString().substring(0, 20));
        FileRecords records = FileRecords.open(log.toFile(), false);
        OffsetIndex offsets = new OffsetIndex(beside(log, ".index"), base, -1, false);
        offsets.sanityCheck();
        for (int i = 0; i < offsets.entries(); i++) {
          OffsetPosition entry = offsets.entry(i);
          RecordBatch batch = records.batchesFrom(entry.position()).iterator().next();
          assertThat(batch.lastOffset()).isEqualTo(entry.offset());
          entries++;
        }
        TimeIndex times = new TimeIndex(beside(log, ".timeindex"), base, -1, false);
        times.sanityCheck();
        long largest = -1;
        for (RecordBatch batch : records.batches()) {
          batch.ensureValid();
          largest = Math.max(largest, batch.maxTimestamp());
        }
        for (int i = 0; i < times.entries(); i++) {
          TimestampOffset entry = times.entry(i);
          int position = offsets.lookup(entry.offset()).position();
          FileRecords.TimestampAndOffset found =
              records.searchForTimestamp(entry.timestamp(), position, entry.offset() - 20);
          assertThat(found.timestamp).isEqualTo(entry.timestamp());
          timestamps++;
        }
        assertThat(times.lastEntry().timestamp()).isEqualTo(largest);
        TransactionIndex transactions = new TransactionIndex(base, beside(log, ".txnindex"));
        transactions.sanityCheck();
        aborted += transactions.allAbortedTxns().size();
        transactions.close();
        offsets.closeHandler();
        times.closeHandler();
        records.close();
      }
      assertThat(entries).isGreaterThan(40);
      assertThat(timestamps).isGreaterThan(10);
      assertThat(aborted).isEqualTo(5);
    }
  }

  @Test
  void itReadsSnapshotsEpochsAndMetadata() throws IOException {
    write();
    on.restart();
    List<Path> snapshots = files(".snapshot");
    assertThat(snapshots.size()).isGreaterThan(3);
    List<ProducerStateEntry> producers =
        ProducerStateManager.readSnapshot(snapshots.getLast().toFile());
    assertThat(producers).hasSize(3);
    for (ProducerStateEntry producer : producers) {
      ActiveProducer ours =
          on.log().producers().activeProducers().stream()
              .filter(p -> p.producerId() == producer.producerId())
              .findFirst()
              .orElseThrow();
      assertThat(producer.producerEpoch()).isEqualTo(ours.producerEpoch());
      assertThat(producer.lastTimestamp()).isEqualTo(ours.lastTimestampMs());
      assertThat(producer.coordinatorEpoch()).isEqualTo(ours.coordinatorEpoch());
    }
    LogDirFailureChannel channel = new LogDirFailureChannel(1);
    assertThat(
            new LeaderEpochCheckpointFile(
                    on.dir.resolve("leader-epoch-checkpoint").toFile(), channel)
                .read())
        .extracting(entry -> entry.epoch())
        .containsExactly(1, 2, 3, 4);
    assertThat(
            new PartitionMetadataFile(on.dir.resolve("partition.metadata").toFile(), channel)
                .read()
                .topicId())
        .isEqualTo(TOPIC_ID);
  }

  @Test
  void itOpensWhatWeLeft() throws Exception {
    write();
    for (boolean clean : new boolean[] {true, false}) {
      on.restart();
      List<Record> ours = on.readAll(0);
      long end = on.log().logEndOffset();
      if (clean) {
        on.log().close();
      } else {
        on.log().abandon();
      }
      try (Kafka kafka = new Kafka(on.dir, clean ? end : 0, clean)) {
        assertThat(kafka.log.logEndOffset()).isEqualTo(end);
        assertThat(kafka.log.latestEpoch()).contains(4);
        assertThat(kafka.log.topicId()).contains(TOPIC_ID);
        assertThat(kafka.readAll()).isEqualTo(ours);
        assertThat(kafka.log.producerStateManager().activeProducers()).hasSize(3);
      }
      on.open(new LogOpenState(0, end, LastStop.CLEAN, TOPIC_ID));
      assertThat(on.readAll(0)).isEqualTo(ours);
    }
    assertThat(on.reports.damaged).isEmpty();
  }

  @Test
  void weOpenWhatItLeft() throws Exception {
    on.log().abandon();
    Path dir = temp.resolve("payments-0");
    List<Record> theirs;
    try (Kafka kafka = new Kafka(dir, 0, false)) {
      for (int i = 0; i < 150; i++) {
        MemoryRecords records =
            MemoryRecords.readableRecords(
                batch().by(5, 0, i * 4).values(200).at(StagedWorld.START_MS + i).of(4));
        kafka.log.appendAsLeader(records, 2);
      }
      theirs = kafka.readAll();
    }
    LogEnvironment environment = new LogEnvironment(on.world, on.reports);
    for (boolean clean : new boolean[] {true, false}) {
      PartitionLog log =
          PartitionLog.open(
              environment,
              dir,
              on.config,
              new LogOpenState(
                  0, clean ? 600 : 0, clean ? LastStop.CLEAN : LastStop.UNKNOWN, Uuid.ZERO_UUID));
      assertThat(log.logEndOffset()).isEqualTo(600);
      assertThat(log.latestEpoch()).isEqualTo(2);
      assertThat(log.topicId()).isEqualTo(TOPIC_ID);
      assertThat(log.producers().activeProducers().getFirst().lastSequence()).isEqualTo(599);
      List<Record> ours = new ArrayList<>();
      while (ours.size() < 600) {
        LogRead.Data data = (LogRead.Data) log.read(ours.size(), 1 << 20, 600, true);
        for (Record record : data.loadRecords().records()) {
          if (record.offset() == ours.size()) {
            ours.add(record);
          }
        }
      }
      assertThat(ours).isEqualTo(theirs);
      assertThat(log.searchTimestamp(StagedWorld.START_MS + 77).offset()).isEqualTo(77 * 4);
      log.close();
    }
    assertThat(on.reports.rebuilt).isEmpty();
  }

  private List<Path> files(String suffix) throws IOException {
    try (var all = Files.list(on.dir)) {
      return all.filter(p -> p.getFileName().toString().endsWith(suffix)).sorted().toList();
    }
  }

  private static File beside(Path log, String suffix) {
    return new File(log.toString().replace(".log", suffix));
  }

  /// A log of Kafka's in the same folder.
  private static final class Kafka implements AutoCloseable {
    final UnifiedLog log;
    private final KafkaScheduler scheduler = new KafkaScheduler(1);

    Kafka(Path dir, long recoveryPoint, boolean clean) throws IOException {
      scheduler.startup();
      Properties settings = new Properties();
      settings.put(TopicConfig.SEGMENT_BYTES_CONFIG, "1048576");
      log =
          UnifiedLog.create(
              dir.toFile(),
              new org.apache.kafka.storage.internals.log.LogConfig(settings),
              0,
              recoveryPoint,
              scheduler,
              new BrokerTopicStats(),
              Time.SYSTEM,
              300_000,
              new ProducerStateManagerConfig(Integer.MAX_VALUE, false),
              600_000,
              new LogDirFailureChannel(1),
              clean,
              Optional.of(TOPIC_ID));
      assertThat(UnifiedLog.parseTopicPartitionName(dir.toFile()))
          .isEqualTo(new TopicPartition(dir.getFileName().toString().replace("-0", ""), 0));
    }

    List<Record> readAll() throws IOException {
      List<Record> all = new ArrayList<>();
      long next = 0;
      while (next < log.logEndOffset()) {
        for (Record record :
            log.read(next, 1 << 20, FetchIsolation.LOG_END, true).records.records()) {
          if (record.offset() >= next) {
            all.add(record);
            next = record.offset() + 1;
          }
        }
      }
      return all;
    }

    @Override
    public void close() throws Exception {
      log.close();
      scheduler.shutdown();
    }
  }
}
