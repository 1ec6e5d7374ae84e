package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.log.format.LogFiles;
import io.millrace.log.scrub.ScrubFigures;
import io.millrace.log.scrub.ScrubSettings;
import io.millrace.log.segment.RottenRange;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Bytes that rot while the node runs: found, refused, and written again from a sound copy.
class ScrubTest {

  private static final TopicPartition T0 = new TopicPartition("t", 0);
  private static final int BATCH_RECORDS = 10;
  private static final int EQUAL_BATCHES = 20;
  private static final int BATCHES = 60;

  private final HostedWorld on = new HostedWorld();
  private final Set<RottenRange> told = new LinkedHashSet<>();
  private byte[] sound = new byte[0];
  private int batchBytes;

  /// A segment of equal batches and some of others, all of them flushed.
  @BeforeEach
  void write() {
    on.config = LogConfig.DEFAULTS.with("segment.bytes", 16_384);
    on.scrub = new ScrubSettings(20_000, 1 << 20);
    on.start();
    on.create(T0, HostedWorld.DATA);
    for (int i = 0; i < BATCHES; i++) {
      on.append(T0, i < EQUAL_BATCHES ? BATCH_RECORDS : 1 + i % 17);
    }
    on.directories().scrubber().listen((_, range) -> told.add(range));
    on.runFor(61);
    sound = on.content(file(0));
    assertThat(sound.length).isLessThan(EQUAL_BATCHES * batchBytes(sound));
    batchBytes = batchBytes(sound);
    assertThat(log().segmentCount()).isGreaterThan(2);
  }

  private static int batchBytes(byte[] segment) {
    return ByteBuffer.wrap(segment).getInt(8) + 12;
  }

  private Path file(long baseOffset) {
    return LogFiles.file(log().dir(), baseOffset, LogFiles.LOG);
  }

  private PartitionLog log() {
    return on.log(T0);
  }

  private ScrubFigures figures() {
    return on.directories().scrubber().figures();
  }

  private void flip(int batch, int at) {
    on.run(() -> on.disk().flipBit(file(0), 8L * (batch * batchBytes + at) + 1));
  }

  private RottenRange batch(int number) {
    return new RottenRange(
        0,
        number * BATCH_RECORDS,
        (number + 1) * BATCH_RECORDS,
        number * batchBytes,
        (number + 1) * batchBytes,
        false);
  }

  private Errors errorAt(long offset) {
    LogRead read = log().read(offset, 1 << 16, log().logEndOffset(), true);
    return read instanceof LogRead.Refused refused ? refused.error() : Errors.NONE;
  }

  @Test
  void findsNothingWhereNothingIsRotten() {
    long before = figures().passes();

    on.runFor(40);

    assertThat(figures().passes()).isGreaterThan(before);
    assertThat(figures().batches()).isGreaterThanOrEqualTo(BATCHES);
    assertThat(told).isEmpty();
    assertThat(figures().indexes()).isZero();
  }

  @Test
  void findsAFlippedBitOfEveryFieldOfABatch() {
    // Base offset, length, leader epoch, magic, checksum, attributes, a record.
    for (int at : List.of(3, 7, 9, 13, 16, 18, 22, 200)) {
      told.clear();
      flip(4, at);

      on.runFor(40);

      assertThat(told).as("byte %s", at).containsExactly(batch(4));
      assertThat(errorAt(39)).isEqualTo(Errors.NONE);
      assertThat(errorAt(40)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
      assertThat(errorAt(49)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
      assertThat(errorAt(50)).isEqualTo(Errors.NONE);
      repair(batch(4), sound, 4 * batchBytes);
      assertThat(on.content(file(0))).isEqualTo(sound);
      on.verify(T0, log().logEndOffset());
    }
  }

  private RepairOutcome repair(RottenRange range, byte[] from, int at) {
    RepairOutcome[] outcome = new RepairOutcome[1];
    on.run(() -> {
      outcome[0] = log().repair(range, ByteBuffer.wrap(from), at, range.length());
      if (outcome[0] instanceof RepairOutcome.Whole whole) {
        whole.file().sync();
        whole.file().release();
      }
    });
    return outcome[0];
  }

  @Test
  void answersWithWhatLiesBeforeAndBehind() {
    flip(4, 9);
    on.runFor(40);

    on.run(() -> {
      LogRead.Data head = (LogRead.Data) log().read(5, 1 << 16, log().logEndOffset(), true);
      assertThat(LogFixture.records(head).records())
          .last()
          .satisfies(record -> assertThat(record.offset()).isEqualTo(39));
      LogRead.Data tail = (LogRead.Data) log().read(52, 1 << 16, log().logEndOffset(), true);
      assertThat(LogFixture.records(tail).records())
          .first()
          .satisfies(record -> assertThat(record.offset()).isEqualTo(50));
    });
    assertThat(on.append(T0, 1)).isInstanceOf(AppendOutcome.Appended.class);
  }

  @Test
  void doesNotTakeALostLengthForTheSegmentsEnd() {
    // A walk from the index entry before it cannot pass it; nobody knows yet.
    flip(4, 9);

    assertThat(errorAt(50)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
  }

  @Test
  void isNotCutWhereRotHidesThePlace() {
    flip(4, 9);
    long end = log().logEndOffset();

    on.run(() ->
        assertThatThrownBy(() -> log().truncateTo(50)).isInstanceOf(DamagedBatchException.class));
    assertThat(log().logEndOffset()).isEqualTo(end);
    on.runFor(40);
    on.run(() -> log().truncateTo(50));

    assertThat(log().logEndOffset()).isEqualTo(50);
  }

  @Test
  void looksAtOnceAtWhatSomebodyCouldNotUse() {
    flip(4, 200);

    on.directories().scrubber().suspect(T0, 45);
    on.settle();

    assertThat(told).containsExactly(batch(4));
  }

  /// Some of them are where the index says that a look may begin.
  @Test
  void knowsWhereASuspectedBatchBeginsWhicheverItIs() {
    for (int i = 1; i < 12; i++) {
      told.clear();
      flip(i, 200);

      on.directories().scrubber().suspect(T0, i * BATCH_RECORDS + 9);
      on.settle();

      assertThat(told).containsExactly(batch(i));
      flip(i, 200);
    }
  }

  @Test
  void doesNotTakeOtherBatchesForARepair() {
    flip(4, 200);
    on.runFor(40);
    byte[] stillRotten = on.content(file(0));

    assertThat(repair(batch(4), sound, 3 * batchBytes)).isInstanceOf(RepairOutcome.Unfit.class);
    assertThat(repair(batch(4), stillRotten, 4 * batchBytes))
        .isInstanceOf(RepairOutcome.Unfit.class);
    byte[] laterEpoch = sound.clone();
    laterEpoch[4 * batchBytes + 15]++;
    assertThat(repair(batch(4), laterEpoch, 4 * batchBytes))
        .isInstanceOf(RepairOutcome.Unfit.class);
    assertThat(on.content(file(0))).isEqualTo(stillRotten);
    assertThat(repair(batch(5), sound, 5 * batchBytes)).isEqualTo(RepairOutcome.GONE);
  }

  @Test
  void takesARepairInPieces() {
    on.put(file(0), 4L * batchBytes, new byte[3 * batchBytes]);
    on.runFor(40);
    RottenRange three = new RottenRange(0, 40, 70, 4 * batchBytes, 7 * batchBytes, false);
    assertThat(told).containsExactly(three);

    on.run(() -> {
      byte[] piece = Arrays.copyOfRange(sound, 4 * batchBytes, 5 * batchBytes + 100);
      RepairOutcome outcome = log().repair(three, ByteBuffer.wrap(piece), 0, piece.length);
      assertThat(outcome).isEqualTo(new RepairOutcome.Smaller(three.from(50, 5 * batchBytes)));
    });
    assertThat(errorAt(45)).isEqualTo(Errors.NONE);
    assertThat(errorAt(55)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    repair(three.from(50, 5 * batchBytes), sound, 5 * batchBytes);

    on.verify(T0, log().logEndOffset());
  }

  @Test
  void makesAnIndexAnewWhoseEntriesAreOutOfOrder() {
    on.run(
        () -> on.disk().flipBit(LogFiles.file(log().dir(), 0, LogFiles.OFFSET_INDEX), 8 * 8 + 2));

    on.runFor(40);

    assertThat(figures().indexes()).isEqualTo(1);
    on.verify(T0, log().logEndOffset());
  }

  @Test
  void forgetsWhatWasCut() {
    flip(4, 200);
    on.runFor(40);

    on.run(() -> log().truncateTo(45));

    assertThat(log().logEndOffset()).isEqualTo(40);
    assertThat(log().rot()).isEmpty();
  }
}
