package io.millrace.log;

import static io.millrace.log.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.segment.RottenRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damage that a start has found is written again from a sound copy, and the log is as if nothing
/// had been.
class DamageRepairTest {

  private static final int BATCHES = 10;
  private static final int NEW_EPOCH_AT = 4;
  private static final int LATEST_AT = 5;

  @TempDir Path temp;
  private LogFixture on;
  private Path file;
  private byte[] sound = new byte[0];
  private List<Record> before = List.of();
  private int size;

  /// Batches of two records: the fifth one begins an epoch, and so does the sixth.
  @BeforeEach
  void write() throws IOException {
    on = new LogFixture(temp);
    on.with("index.interval.bytes", 300).with("flush.messages", 1);
    for (int i = 0; i < BATCHES; i++) {
      on.leaderEpoch += i == NEW_EPOCH_AT ? 2 : i == LATEST_AT ? 3 : 0;
      // The latest time is the damaged batch's.
      long time = StagedWorld.START_MS + (i == NEW_EPOCH_AT ? 1_000 : i);
      on.append(batch().values(150).by(i == NEW_EPOCH_AT ? 5 : 4, 0, sequence(i)).at(time).of(2));
    }
    before = on.readAll(0);
    on.log().abandon();
    file = on.dir.resolve("00000000000000000000.log");
    sound = Files.readAllBytes(file);
    size = sound.length / BATCHES;
  }

  @AfterEach
  void close() {
    on.close();
  }

  private static int sequence(int batch) {
    return batch == NEW_EPOCH_AT ? 0 : batch < NEW_EPOCH_AT ? 2 * batch : 2 * batch - 2;
  }

  /// Power fails, and what was the header of a batch is no batch any more.
  private RottenRange openDamaged(int first, int count) throws IOException {
    byte[] damaged = sound.clone();
    Arrays.fill(damaged, first * size, (first + count) * size, (byte) 77);
    Files.write(file, damaged);
    on.open(new LogOpenState(0, 0, LastStop.UNKNOWN, Uuid.ZERO_UUID));
    RottenRange range =
        new RottenRange(
            0, 2 * first, 2 * (first + count), first * size, (first + count) * size, false);
    assertThat(on.log().damage()).containsExactly(range);
    assertThat(on.log().rot()).containsExactly(range);
    return range;
  }

  private RepairOutcome repair(RottenRange range, byte[] from, int position, int length)
      throws IOException {
    RepairOutcome outcome = on.log().repair(range, ByteBuffer.wrap(from), position, length);
    if (outcome instanceof RepairOutcome.Whole whole) {
      whole.file().sync();
      whole.file().release();
      on.log().onRepairSynced(range);
    }
    return outcome;
  }

  private List<Integer> lastSequences() {
    return on.log().producers().activeProducers().stream()
        .map(ActiveProducer::lastSequence)
        .toList();
  }

  private void isAsItWas() {
    assertThat(on.log().damage()).isEmpty();
    assertThat(on.log().rot()).isEmpty();
    assertThat(on.readAll(0)).isEqualTo(before);
    assertThat(lastSequences()).containsExactlyInAnyOrder(17, 1);
    assertThat(on.log().epochs().epochForOffset(7)).isEqualTo(3);
    assertThat(on.log().epochs().epochForOffset(8)).isEqualTo(5);
    assertThat(on.log().epochs().epochForOffset(9)).isEqualTo(5);
    assertThat(on.log().epochs().epochForOffset(10)).isEqualTo(8);
  }

  @Test
  void takesAppendsAgainOnceItIsRepaired() throws IOException {
    RottenRange damage = openDamaged(NEW_EPOCH_AT, 1);
    assertThat(on.refused(batch().by(4, 0, 18).of(1)).message()).contains("damaged");

    assertThat(repair(damage, sound, damage.position(), size))
        .isInstanceOf(RepairOutcome.Whole.class);

    isAsItWas();
    assertThat(on.log().searchTimestamp(StagedWorld.START_MS + 500).offset()).isEqualTo(8);
    assertThat(on.appended(batch().by(4, 0, 18).of(1)).firstOffset()).isEqualTo(20);
    assertThat(on.append(batch().by(5, 0, 0).of(2)))
        .as("the damaged batch's producer is known")
        .isInstanceOf(AppendOutcome.Duplicate.class);
  }

  @Test
  void aRepairThatIsNotSyncedLetsNobodyAppend() throws IOException {
    RottenRange damage = openDamaged(NEW_EPOCH_AT, 1);

    RepairOutcome outcome =
        on.log().repair(damage, ByteBuffer.wrap(sound), damage.position(), size);

    assertThat(outcome).isInstanceOf(RepairOutcome.Whole.class);
    assertThat(on.readAll(0)).isEqualTo(before);
    assertThat(on.log().checkpointOffset()).isLessThanOrEqualTo(8);
    on.refused(batch().by(4, 0, 18).of(1));
    ((RepairOutcome.Whole) outcome).file().release();
  }

  @Test
  void isRepairedInPieces() throws IOException {
    RottenRange damage = openDamaged(3, 3);

    RepairOutcome outcome = repair(damage, sound, damage.position(), 2 * size + 100);

    RottenRange left = damage.from(10, LATEST_AT * size);
    assertThat(outcome).isEqualTo(new RepairOutcome.Smaller(left));
    on.refused(batch().by(4, 0, 18).of(1));
    repair(left, sound, left.position(), size);
    isAsItWas();
  }

  @Test
  void onlyTheLastRepairEndsIt() throws IOException {
    sound = Files.readAllBytes(file);
    byte[] damaged = sound.clone();
    damaged[size + 100] = 77;
    damaged[NEW_EPOCH_AT * size + 100] = 77;
    Files.write(file, damaged);
    on.open(new LogOpenState(0, 0, LastStop.UNKNOWN, Uuid.ZERO_UUID));
    List<RottenRange> damage = on.log().damage();
    assertThat(damage).hasSize(2);

    repair(damage.getLast(), sound, damage.getLast().position(), size);

    on.refused(batch().by(4, 0, 18).of(1));
    repair(damage.getFirst(), sound, damage.getFirst().position(), size);
    isAsItWas();
  }

  @Test
  void isNotFoundAgainByTheNextStart() throws IOException {
    RottenRange damage = openDamaged(NEW_EPOCH_AT, 1);
    repair(damage, sound, damage.position(), size);

    on.restart();
    isAsItWas();
    on.crash();
    isAsItWas();
  }

  @Test
  void batchesOfAnEpochThatCannotHaveBeenThereAreNoRepair() throws IOException {
    RottenRange damage = openDamaged(NEW_EPOCH_AT, 1);
    byte[] wrong = sound.clone();

    for (int epoch : new int[] {2, 9}) {
      wrong[NEW_EPOCH_AT * size + 15] = (byte) epoch;
      assertThat(repair(damage, wrong, damage.position(), size))
          .isInstanceOf(RepairOutcome.Unfit.class);
    }
  }

  /// Their producers are known all the same.
  @Test
  void endsWhenItsRecordsAreDeleted() throws IOException {
    openDamaged(2, 1);

    on.log().incrementLogStartOffset(5);
    on.refused(batch().by(4, 0, 18).of(1));
    on.log().incrementLogStartOffset(6);

    assertThat(on.log().damage()).isEmpty();
    assertThat(on.appended(batch().by(4, 0, 18).of(1)).firstOffset()).isEqualTo(20);
  }

  @Test
  void whatIsNotRepairedIsKnownAfterACleanStop() throws IOException {
    RottenRange damage = openDamaged(NEW_EPOCH_AT, 1);

    on.restart();

    assertThat(on.log().damage()).containsExactly(damage);
    repair(damage, sound, damage.position(), size);
    isAsItWas();
  }
}
