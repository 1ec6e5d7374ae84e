package io.millrace.log;

import static io.millrace.log.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Logs that become shorter, at either end.
class TruncationAndRetentionTest {

  @TempDir Path temp;
  private LogFixture on;

  @BeforeEach
  void open() {
    on = new LogFixture(temp);
    on.with("segment.bytes", 2_000).with("index.interval.bytes", 200);
  }

  @AfterEach
  void close() {
    on.close();
  }

  private void fill(int batches) {
    for (int i = 0; i < batches; i++) {
      on.leaderEpoch = (int) (on.log().logEndOffset() / 30);
      on.append(batch().values(100).at(on.world.nowMs() + i).of(3));
    }
  }

  @Test
  void cutsAtEveryOffset() throws IOException {
    fill(40);
    for (long offset = 119; offset > 0; offset--) {
      long end = on.log().truncateTo(offset);
      assertThat(end).isEqualTo(offset / 3 * 3);
      assertThat(on.log().latestEpoch()).isEqualTo(end == 0 ? -1 : (int) ((end - 1) / 30));
      if (offset % 10 == 0) {
        on.crash();
      }
      assertThat(on.readAll(0)).hasSize((int) end);
    }
    fill(3);
    assertThat(on.readAll(0)).extracting(Record::offset).hasSize(9).endsWith(8L);
  }

  @Test
  void lowersTheStoredRecoveryPointBeforeItCuts() throws IOException {
    fill(40);
    on.flush(true);
    on.log().truncateTo(60);
    assertThat(on.reports.lowered).isPositive();
    assertThat(on.log().recoveryPoint()).isEqualTo(60);
  }

  @Test
  void aFlushThatBeganBeforeACutPromisesNothing() throws IOException {
    fill(40);
    FlushTicket ticket = on.log().prepareFlush(true);
    on.log().truncateTo(60);
    fill(5);
    ticket.run();
    on.log().completeFlush(ticket);
    assertThat(on.log().recoveryPoint()).isLessThanOrEqualTo(60);
  }

  @Test
  void startsAgainElsewhere() throws IOException {
    fill(10);
    on.log().truncateFullyAndStartAt(1_000);
    assertThat(on.log().logStartOffset()).isEqualTo(1_000);
    assertThat(on.appended(batch().of(2)).firstOffset()).isEqualTo(1_000);
    on.crash();
    assertThat(on.readAll(1_000)).hasSize(2);
  }

  @Test
  void letsOldSegmentsGo() throws IOException {
    fill(40);
    on.with("retention.ms", 1_000);
    long now = on.world.nowMs();
    RetentionResult kept = on.log().applyRetention(now + 900, 120);
    assertThat(kept.deletedSegments()).isZero();

    RetentionResult part = on.log().applyRetention(now + 1_015, 120);
    assertThat(part.deletedSegments()).isBetween(1, 10);
    assertThat(part.logStartOffset()).isEqualTo(on.log().logStartOffset());
    assertThat(part.files()).allMatch(f -> f.toString().endsWith(".deleted") && Files.exists(f));
    assertThat(((LogRead.Refused) on.log().read(0, 1, 120, true)).error())
        .isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    long start = on.log().logStartOffset();
    assertThat(on.readAll(start)).hasSize((int) (120 - start));

    on.log().applyRetention(now + 10_000, 120);
    assertThat(on.log().logStartOffset()).isEqualTo(120);
    assertThat(on.log().segmentCount()).isEqualTo(1);
    assertThat(on.appended(batch().of(1)).firstOffset()).isEqualTo(120);
    on.crash();
    assertThat(on.log().logStartOffset()).isEqualTo(120);
    assertThat(on.log().logEndOffset()).isEqualTo(121);
  }

  @Test
  void keepsWhatIsNotReplicatedYet() throws IOException {
    fill(40);
    on.with("retention.ms", 1_000);
    on.log().applyRetention(on.world.nowMs() + 100_000, 50);
    assertThat(on.log().logStartOffset()).isLessThanOrEqualTo(50).isGreaterThan(20);
  }

  @Test
  void keepsToItsSize() throws IOException {
    fill(40);
    on.with("retention.bytes", 5_000).with("retention.ms", -1);
    on.log().applyRetention(on.world.nowMs(), 120);
    assertThat(on.log().size()).isBetween(5_000L, 7_000L);
  }

  @Test
  void compactedTopicsLoseOnlyWhatWasDeleted() throws IOException {
    fill(40);
    on.with("retention.bytes", 10).with("cleanup.policy", "compact");
    assertThat(on.log().applyRetention(on.world.nowMs(), 120).deletedSegments()).isZero();
    on.log().incrementLogStartOffset(60);
    assertThat(on.log().applyRetention(on.world.nowMs(), 120).deletedSegments()).isPositive();
    assertThat(on.readAll(60)).hasSize(60);
  }

  @Test
  void readersKeepWhatTheyHoldOpen() throws IOException {
    fill(40);
    LogRead.Data held = (LogRead.Data) on.log().read(0, 500, 120, true);
    on.log().incrementLogStartOffset(100);
    for (Path file : on.log().applyRetention(on.world.nowMs(), 120).files()) {
      Files.delete(file);
    }
    assertThat(LogFixture.records(held).records().iterator().next().offset()).isZero();
  }

  @Test
  void rollsByAgeOfTheRecords() {
    on.with("segment.bytes", 1 << 20).with("segment.ms", 1_000);
    on.append(batch().at(on.world.nowMs()).of(1));
    on.append(batch().at(on.world.nowMs() + 1_000).of(1));
    assertThat(on.log().segmentCount()).isEqualTo(1);
    on.append(batch().at(on.world.nowMs() + 1_001).of(1));
    assertThat(on.log().segmentCount()).isEqualTo(2);
  }

  @Test
  void findsRecordsByTimestamp() throws IOException {
    long now = on.world.nowMs();
    for (int i = 0; i < 100; i++) {
      on.append(batch().values(50).at(now + i * 10).stepping(3).of(3));
    }
    for (int restarted = 0; restarted < 2; restarted++) {
      for (int i = 0; i < 100; i++) {
        assertThat(on.log().searchTimestamp(now + i * 10).offset()).isEqualTo(i * 3);
        assertThat(on.log().searchTimestamp(now + i * 10 + 4))
            .isEqualTo(new OffsetTimestamp(i * 3 + 2, now + i * 10 + 6, 3));
      }
      assertThat(on.log().searchTimestamp(0).offset()).isZero();
      assertThat(on.log().searchTimestamp(now + 5_000)).isEqualTo(OffsetTimestamp.NONE);
      assertThat(on.log().maxTimestamp()).isEqualTo(new OffsetTimestamp(299, now + 996, 3));
      on.restart();
    }
  }
}
