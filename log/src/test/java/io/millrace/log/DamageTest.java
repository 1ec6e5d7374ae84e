package io.millrace.log;

import static io.millrace.log.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.segment.RottenRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bytes that are not as they were written: never a crash, never wrong records.
class DamageTest {

  @TempDir Path temp;
  private LogFixture on;
  private List<Record> before = List.of();

  @BeforeEach
  void write() {
    on = new LogFixture(temp);
    // A log that may have promised everything that it has.
    on.with("index.interval.bytes", 300).with("flush.messages", 1);
    for (int i = 0; i < 10; i++) {
      on.append(batch().values(150).by(4, 0, i * 2).at(StagedWorld.START_MS + i).of(2));
    }
    before = on.readAll(0);
    on.log().abandon();
  }

  @AfterEach
  void close() {
    on.close();
  }

  private Path file(String suffix) {
    return on.dir.resolve("00000000000000000000" + suffix);
  }

  private static void put(Path file, long at, byte[] bytes) throws IOException {
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.position(at).write(ByteBuffer.wrap(bytes));
    }
  }

  private static RottenRange damage(long first, long next, int position, int endPosition) {
    return new RottenRange(0, first, next, position, endPosition, false);
  }

  /// Of the first batch.
  private int batchSize() throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file(".log"))).getInt(8) + 12;
  }

  private PartitionLog reopen() {
    return on.open(new LogOpenState(0, 0, LastStop.UNKNOWN, Uuid.ZERO_UUID));
  }

  @Test
  void keepsADamagedBatchThatValidOnesFollow() throws IOException {
    int size = Files.readAllBytes(file(".log")).length / 10;
    put(file(".log"), 4 * size + 100, new byte[] {77});

    reopen();

    assertThat(on.reports.damaged).containsExactly(damage(8, 10, 4 * size, 5 * size));
    assertThat(on.log().integrity()).isEqualTo(Integrity.DAMAGED);
    assertThat(on.log().logEndOffset()).isEqualTo(20);
    assertThat(((LogRead.Refused) on.log().read(8, 1000, 20, true)).error())
        .isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(((LogRead.Refused) on.log().read(9, 1000, 20, true)).error())
        .isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(on.readAll(10)).isEqualTo(before.subList(10, 20));
    LogRead.Data head = (LogRead.Data) on.log().read(0, 1 << 20, 20, true);
    assertThat(LogFixture.records(head).records()).hasSize(8);
    assertThat(on.refused(batch().of(1)).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
  }

  /// It has nothing behind, as a torn tail has, but it was flushed.
  @Test
  void whatWasFlushedIsNoTornTail() throws IOException {
    byte[] whole = Files.readAllBytes(file(".log"));
    int size = whole.length / 10;
    // Of the header its length, its last offset and its magic, and a record.
    for (int at : new int[] {9, 23, 16, 100}) {
      for (LastStop stop : new LastStop[] {LastStop.KILLED, LastStop.UNKNOWN}) {
        on.reports.damaged.clear();
        Files.write(file(".log"), flipped(whole, 9 * size + at));
        on.open(new LogOpenState(0, 20, stop, Uuid.ZERO_UUID));
        assertThat(on.reports.damaged)
            .as("byte %s, %s", at, stop)
            .containsExactly(damage(18, 20, 9 * size, 10 * size));
        assertThat(on.log().logEndOffset()).isEqualTo(20);
        assertThat(Files.size(file(".log"))).isEqualTo(whole.length);
        on.log().abandon();
      }
    }
  }

  @Test
  void aTornTailBehindWhatWasFlushedIsCut() throws IOException {
    byte[] whole = Files.readAllBytes(file(".log"));
    int size = whole.length / 10;
    Files.write(
        file(".log"), java.util.Arrays.copyOf(flipped(whole, 8 * size + 100), 9 * size + 70));
    on.open(new LogOpenState(0, 18, LastStop.KILLED, Uuid.ZERO_UUID));
    assertThat(on.reports.damaged).containsExactly(damage(16, 18, 8 * size, 9 * size));
    assertThat(on.log().logEndOffset()).isEqualTo(18);
    assertThat(Files.size(file(".log"))).isEqualTo(9L * size);
  }

  /// Batches that were synced, in a log that promises nothing else.
  private PartitionLog reopenSynced(long recoveryPoint, LastStop lastStop) {
    on.with("flush.messages", Long.MAX_VALUE);
    return on.open(new LogOpenState(0, recoveryPoint, lastStop, Uuid.ZERO_UUID));
  }

  @Test
  void belowTheRecoveryPointNothingIsCutWhateverTheEndWas() throws IOException {
    byte[] whole = Files.readAllBytes(file(".log"));
    int size = whole.length / 10;
    for (LastStop stop : new LastStop[] {LastStop.KILLED, LastStop.UNKNOWN}) {
      // The last batch's length, its records, all of it.
      for (int at : new int[] {9, 100, -1}) {
        byte[] rotten =
            at < 0 ? java.util.Arrays.copyOf(whole, 9 * size) : flipped(whole, 9 * size + at);
        Files.write(file(".log"), java.util.Arrays.copyOf(rotten, whole.length));
        reopenSynced(20, stop);
        assertThat(on.reports.damaged).containsExactly(damage(18, 20, 9 * size, 10 * size));
        assertThat(on.log().logEndOffset()).isEqualTo(20);
        assertThat(on.log().checkpointOffset()).isEqualTo(18);
        assertThat(Files.size(file(".log"))).isEqualTo(whole.length);
        assertThat(on.readAll(0, 18)).isEqualTo(before.subList(0, 18));
        on.log().abandon();
        on.reports.damaged.clear();
      }
    }
  }

  @Test
  void aCleanStopIsNotBelievedWhereTheLogEndsEarlier() throws IOException {
    byte[] whole = Files.readAllBytes(file(".log"));
    Files.write(file(".log"), java.util.Arrays.copyOf(whole, whole.length / 10 * 9));
    reopenSynced(20, LastStop.CLEAN);
    assertThat(on.log().logEndOffset()).isEqualTo(18);
    assertThat(on.log().integrity()).isEqualTo(Integrity.LACKING);
    assertThat(on.reports.lacking).containsExactly(18L);
    on.log().abandon();

    Files.write(file(".log"), flipped(whole, whole.length / 10 * 9 + 9));
    reopenSynced(20, LastStop.CLEAN);
    assertThat(on.log().logEndOffset()).isEqualTo(20);
    assertThat(on.log().firstDamage()).isNotNull();
  }

  /// Nothing looks there but the walk that makes the producers known, by headers.
  @Test
  void aLengthThatLeadsAWalkAstrayIsFoundWhereItIs() throws IOException {
    byte[] whole = Files.readAllBytes(file(".log"));
    int size = whole.length / 10;
    // One batch and a bit more.
    byte[] astray = whole.clone();
    ByteBuffer.wrap(astray).putInt(3 * size + 8, 2 * size + 33 - 12);
    Files.write(file(".log"), astray);
    reopenSynced(20, LastStop.UNKNOWN);
    assertThat(on.reports.damaged).containsExactly(damage(6, 8, 3 * size, 4 * size));
    assertThat(on.readAll(8)).isEqualTo(before.subList(8, 20));
    assertThat(on.log().producers().activeProducers().getFirst().lastSequence()).isEqualTo(19);
  }

  @Test
  void aLastBatchThatIsAllThereIsRotAndNoTornWrite() throws IOException {
    byte[] whole = Files.readAllBytes(file(".log"));
    int size = whole.length / 10;
    for (int at : new int[] {8, 11, 18, 25, 60, size - 1}) {
      Files.write(file(".log"), flipped(whole, 9 * size + at));
      reopenSynced(0, LastStop.KILLED);
      assertThat(on.log().firstDamage()).as("byte %s", at).isNotNull();
      assertThat(on.log().logEndOffset()).as("byte %s", at).isBetween(19L, 20L);
      on.log().abandon();
    }
  }

  @Test
  void whatIsRepairedIsKnownToItsProducerAgain() throws IOException {
    byte[] whole = Files.readAllBytes(file(".log"));
    int size = whole.length / 10;
    Files.write(file(".log"), flipped(whole, 9 * size + 9));
    reopenSynced(20, LastStop.KILLED);
    assertThat(on.log().producers().activeProducers().getFirst().lastSequence()).isEqualTo(17);

    RottenRange rotten = java.util.Objects.requireNonNull(on.log().firstDamage());
    ByteBuffer batch = ByteBuffer.allocateDirect(size).put(whole, 9 * size, size).flip();
    assertThat(on.log().fit(rotten, batch, 0, size).fits()).isTrue();
    RepairOutcome outcome = on.log().repair(rotten, batch, 0, size);
    ((RepairOutcome.Whole) outcome).file().release();

    on.log().onRepairSynced(rotten);
    assertThat(on.log().firstDamage()).isNull();
    assertThat(on.readAll(0)).isEqualTo(before);
    assertThat(on.log().producers().activeProducers().getFirst().lastSequence()).isEqualTo(19);
  }

  @Test
  void endsAtTheFirstBadBatchWhereNothingWasPromised() throws IOException {
    on.with("flush.messages", Long.MAX_VALUE);
    int size = Files.readAllBytes(file(".log")).length / 10;
    put(file(".log"), 4 * size + 100, new byte[] {77});
    reopen();
    assertThat(on.reports.damaged).isEmpty();
    assertThat(on.log().logEndOffset()).isEqualTo(8);
    assertThat(on.readAll(0)).isEqualTo(before.subList(0, 8));
    assertThat(Files.size(file(".log"))).isEqualTo(4L * size);
  }

  @Test
  void aKilledProcessLeavesDamageOnlyByRot() throws IOException {
    on.with("flush.messages", Long.MAX_VALUE);
    int size = Files.readAllBytes(file(".log")).length / 10;
    // Not the length, not the magic: zeros, as lost pages have.
    put(file(".log"), 4L * size, new byte[size]);
    on.open(new LogOpenState(0, 0, LastStop.KILLED, Uuid.ZERO_UUID));
    assertThat(on.reports.damaged).containsExactly(damage(8, 10, 4 * size, 5 * size));
  }

  /// Only headers are walked, and one says something that nobody expects of its producer.
  @Test
  void aRottenHeaderIsNotBelievedOfAProducer() throws IOException {
    int size = Files.readAllBytes(file(".log")).length / 10;
    int[] producerFields = {44, 51, 53};
    byte[] whole = Files.readAllBytes(file(".log"));
    for (int field : producerFields) {
      Files.write(file(".log"), flipped(whole, 4 * size + field));
      on.open(new LogOpenState(0, 0, LastStop.KILLED, Uuid.ZERO_UUID));
      assertThat(on.reports.damaged)
          .as("byte %s", field)
          .containsExactly(damage(8, 10, 4 * size, 5 * size));
      assertThat(on.log().producers().activeProducers())
          .as("byte %s", field)
          .singleElement()
          .satisfies(producer -> {
            assertThat(producer.producerEpoch()).isZero();
            assertThat(producer.lastSequence()).isEqualTo(19);
          });
      on.log().abandon();
      on.reports.damaged.clear();
    }
  }

  @Test
  void damageAmongWhatWasDeletedHidesNoProducer() throws IOException {
    int size = Files.readAllBytes(file(".log")).length / 10;
    put(file(".log"), 4L * size, new byte[size]);
    on.open(new LogOpenState(12, 0, LastStop.UNKNOWN, Uuid.ZERO_UUID));
    assertThat(on.log().producers().activeProducers().getFirst().lastSequence()).isEqualTo(19);
  }

  @Test
  void ofAKilledProcessTheTornEndIsCutAndTheRestRead() throws IOException {
    byte[] whole = Files.readAllBytes(file(".log"));
    for (long point : new long[] {0, 8, 18}) {
      Files.write(file(".log"), java.util.Arrays.copyOf(whole, whole.length - 40));
      on.open(new LogOpenState(0, point, LastStop.KILLED, Uuid.ZERO_UUID));
      assertThat(on.readAll(0)).isEqualTo(before.subList(0, 18));
      on.log().abandon();
      Files.write(file(".log"), whole);
      on.open(new LogOpenState(0, point, LastStop.KILLED, Uuid.ZERO_UUID));
      assertThat(on.readAll(0)).isEqualTo(before);
      assertThat(on.log().searchTimestamp(StagedWorld.START_MS + 9).offset()).isEqualTo(18);
      assertThat(on.log().latestEpoch()).isEqualTo(on.leaderEpoch);
      assertThat(on.log().producers().activeProducers().getFirst().lastSequence()).isEqualTo(19);
      on.log().abandon();
    }
    assertThat(on.reports.damaged).isEmpty();
  }

  @Test
  void aLogThatKafkaLeftOpenIsCheckedWhole() throws IOException {
    on.open(new LogOpenState(0, 0, LastStop.UNKNOWN, Uuid.ZERO_UUID));
    on.restart();
    on.log().abandon();
    put(file(".log"), 150, new byte[] {77});
    padAsKafka(file(".index"));
    on.open(new LogOpenState(0, 0, LastStop.KILLED, Uuid.ZERO_UUID));
    assertThat(on.reports.damaged).containsExactly(damage(0, 2, 0, batchSize()));
  }

  @Test
  void findsTheDamageAgainAfterACleanStop() throws IOException {
    put(file(".log"), 100, new byte[] {77});
    reopen();
    on.restart();
    on.restart();
    assertThat(on.reports.damaged).hasSize(3);
    assertThat(on.log().read(0, 1000, 20, true)).isInstanceOf(LogRead.Refused.class);
  }

  @Test
  void truncationBelowTheDamageHealsIt() throws IOException {
    int size = Files.readAllBytes(file(".log")).length / 10;
    put(file(".log"), 4 * size + 100, new byte[] {77});
    reopen();
    on.log().truncateTo(8);
    assertThat(on.log().damage()).isEmpty();
    assertThat(on.appended(batch().by(4, 0, 8).of(1)).firstOffset()).isEqualTo(8);
  }

  @Test
  void findsWhatLiesFarBehindTheDamage() throws IOException {
    on.with("index.interval.bytes", 100_000);
    reopen();
    for (int i = 10; i < 400; i++) {
      on.append(batch().values(50).by(4, 0, i * 2).of(2));
    }
    on.log().abandon();
    int size = Files.readAllBytes(file(".log")).length;
    put(file(".log"), 150, new byte[] {77});
    reopen();
    assertThat(on.reports.damaged).containsExactly(damage(0, 2, 0, batchSize()));
    assertThat(on.readAll(100).getFirst().offset()).isEqualTo(100);
    assertThat(on.log().truncateTo(200)).isEqualTo(200);
    assertThat(Files.size(file(".log"))).isLessThan(size);
    assertThat(on.log().truncateTo(1)).isZero();
    assertThat(Files.size(file(".log"))).isZero();
  }

  @Test
  void cutsATornTail() throws IOException {
    byte[] whole = Files.readAllBytes(file(".log"));
    int size = whole.length / 10;
    for (int length = whole.length - 1; length > whole.length - size; length -= 7) {
      Files.write(file(".log"), java.util.Arrays.copyOf(whole, length));
      reopen();
      assertThat(on.log().logEndOffset()).isEqualTo(18);
      assertThat(on.readAll(0)).isEqualTo(before.subList(0, 18));
      assertThat(on.reports.damaged).isEmpty();
      on.log().abandon();
    }
  }

  /// Power goes; of three segments that nobody flushed the device has the first and the last.
  private void loseTheMiddleSegment() throws IOException {
    reopen();
    on.log().roll();
    on.append(batch().by(4, 0, 20).of(2));
    on.log().roll();
    on.append(batch().by(4, 0, 22).of(2));
    on.log().abandon();
    Files.delete(on.dir.resolve("00000000000000000020.log"));
  }

  @Test
  void aLogEndsWhereASegmentWasLost() throws IOException {
    for (String policy : new String[] {"delete", "compact"}) {
      on.with("cleanup.policy", policy);
      loseTheMiddleSegment();
      reopen();
      assertThat(on.log().logEndOffset()).isEqualTo(20);
      assertThat(on.readAll(0)).isEqualTo(before);
      assertThat(on.dir.resolve("00000000000000000022.log")).doesNotExist();
      on.log().abandon();
    }
  }

  @Test
  void whatKafkaMayHaveCompactedIsNoLoss() throws IOException {
    on.with("cleanup.policy", "compact");
    loseTheMiddleSegment();
    padAsKafka(on.dir.resolve("00000000000000000022.index"));
    reopen();
    assertThat(on.log().logEndOffset()).isEqualTo(24);
    assertThat(on.readAll(0)).hasSize(22);
  }

  /// Kafka's active indexes are `segment.index.bytes` long.
  private static void padAsKafka(Path index) throws IOException {
    int allocated = LogConfig.DEFAULTS.segmentIndexBytes();
    put(index, Files.size(index), new byte[allocated - (int) Files.size(index)]);
  }

  @Test
  void anIndexThatLostItsEndIsNotKafkas() throws IOException {
    on.with("cleanup.policy", "compact");
    loseTheMiddleSegment();
    put(on.dir.resolve("00000000000000000022.index"), 0, new byte[30]);
    reopen();
    assertThat(on.log().logEndOffset()).isEqualTo(20);
  }

  @Test
  void everyFlippedByteOfTheLogIsFoundOrHarmless() throws IOException {
    byte[] whole = Files.readAllBytes(file(".log"));
    int batch = whole.length / 10;
    // Every byte of some headers; of the rest, one in seven.
    for (int at = 0; at < whole.length; at += at % batch < 70 && at / batch % 4 == 1 ? 1 : 7) {
      Files.write(file(".log"), flipped(whole, at));
      reopen();
      readsOnlyWhatWasWritten(at);
      on.log().abandon();
    }
  }

  /// What is answered is what was written; what is not is refused, or cut at the end.
  private void readsOnlyWhatWasWritten(int at) {
    long end = on.log().logEndOffset();
    for (long offset = 0; offset < end; ) {
      LogRead read = on.log().read(offset, 1, end, true);
      if (read instanceof LogRead.Refused refused) {
        assertThat(refused.error()).as("byte %s", at).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        offset++;
        continue;
      }
      assertThat(read).as("byte %s", at).isInstanceOf(LogRead.Data.class);
      for (Record record : LogFixture.records((LogRead.Data) read).records()) {
        // Offset and epoch of the very last batch have nothing behind them that tells.
        if (record.offset() >= offset && record.offset() < 18) {
          assertThat(record).as("byte %s", at).isEqualTo(before.get((int) record.offset()));
        }
        offset = Math.max(offset, record.offset() + 1);
      }
    }
  }

  @Test
  void everyFlippedByteOfTheIndexesIsFoundOrHarmless() throws IOException {
    on.open(new LogOpenState(0, 0, LastStop.UNKNOWN, Uuid.ZERO_UUID));
    on.restart();
    on.log().abandon();
    byte[] offsets = Files.readAllBytes(file(".index"));
    byte[] times = Files.readAllBytes(file(".timeindex"));
    assertThat(offsets.length).isGreaterThan(30);
    assertThat(times.length).isGreaterThan(30);
    for (int at = 0; at < offsets.length + times.length; at++) {
      for (boolean clean : new boolean[] {true, false}) {
        Files.write(file(".index"), flipped(offsets, at));
        Files.write(file(".timeindex"), flipped(times, at - offsets.length));
        on.open(new LogOpenState(0, 20, clean ? LastStop.CLEAN : LastStop.UNKNOWN, Uuid.ZERO_UUID));
        assertThat(on.readAll(0)).as("byte %s", at).isEqualTo(before);
        for (long offset = 0; offset < 20; offset++) {
          assertThat(on.readAll(offset).getFirst()).isEqualTo(before.get((int) offset));
        }
        on.log().abandon();
      }
    }
  }

  /// A copy with one bit other, if `at` lies in it.
  private static byte[] flipped(byte[] whole, int at) {
    byte[] changed = whole.clone();
    if (at >= 0 && at < changed.length) {
      changed[at] ^= (byte) (1 << (at % 8));
    }
    return changed;
  }

  @Test
  void rebuildsMissingIndexes() throws IOException {
    Files.delete(file(".index"));
    Files.delete(file(".timeindex"));
    on.open(new LogOpenState(0, 20, LastStop.CLEAN, Uuid.ZERO_UUID));
    assertThat(on.readAll(0)).isEqualTo(before);
    assertThat(on.log().searchTimestamp(StagedWorld.START_MS + 5).offset()).isEqualTo(10);
    assertThat(on.reports.rebuilt).hasSize(1);
    on.restart();
    assertThat(Files.size(file(".index"))).isPositive();
  }

  @Test
  void doesWithoutDamagedSmallFiles() throws IOException {
    on.open(new LogOpenState(0, 0, LastStop.UNKNOWN, Uuid.randomUuid()));
    on.restart();
    on.log().abandon();
    for (String name :
        new String[] {
          "leader-epoch-checkpoint", "partition.metadata", "00000000000000000020.snapshot"
        }) {
      Path path = on.dir.resolve(name);
      byte[] whole = Files.readAllBytes(path);
      for (int at = 0; at < whole.length; at++) {
        Files.write(path, flipped(whole, at));
        on.open(new LogOpenState(0, 20, LastStop.CLEAN, Uuid.ZERO_UUID));
        assertThat(on.readAll(0)).isEqualTo(before);
        assertThat(on.log().producers().activeProducers().getFirst().lastSequence()).isEqualTo(19);
        on.log().abandon();
        Files.write(path, whole);
      }
    }
  }

  /// Compressed batches are stored as they came, so what is in them is the client's affair.
  @Test
  void aCompressedBatchThatCannotBeReadIsDamageAndNoFault() throws IOException {
    PartitionLog log = reopen();
    ByteBuffer hostile =
        batch()
            .values(100)
            .at(StagedWorld.START_MS + 1_000)
            .compressed(Compression.gzip().build())
            .of(3);
    for (int at = 61 + 12; at < hostile.limit(); at++) {
      hostile.put(at, (byte) 0x7f);
    }
    ByteBuffer checked = hostile.duplicate().position(21);
    CRC32C crc = new CRC32C();
    crc.update(checked);
    hostile.putInt(17, (int) crc.getValue());
    assertThat(on.append(hostile)).isInstanceOf(AppendOutcome.Appended.class);

    assertThatThrownBy(() -> log.searchTimestamp(StagedWorld.START_MS + 500))
        .isInstanceOf(DamagedBatchException.class);
    assertThatThrownBy(log::maxTimestamp).isInstanceOf(DamagedBatchException.class);
  }
}
