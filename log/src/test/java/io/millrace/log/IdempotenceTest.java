package io.millrace.log;

import static io.millrace.log.Batches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A producer's sequence is stored once and in order, whatever is retried.
class IdempotenceTest {

  @TempDir Path temp;
  private LogFixture on;

  @BeforeEach
  void open() {
    on = new LogFixture(temp);
  }

  @AfterEach
  void close() {
    on.close();
  }

  private void produces(int epoch, int sequence, int records) {
    on.appended(batch().by(5, epoch, sequence).of(records));
  }

  @Test
  void answersRepetitionsOfTheLastFiveBatchesWithTheirOffsets() {
    for (int i = 0; i < 7; i++) {
      produces(0, i * 10, 10);
    }
    for (int i = 2; i < 7; i++) {
      AppendOutcome outcome = on.append(batch().by(5, 0, i * 10).of(10));
      assertThat(outcome).isEqualTo(new AppendOutcome.Duplicate(i * 10L, i * 10L + 9, -1, 0));
    }
    assertThat(on.log().logEndOffset()).isEqualTo(70);
  }

  /// A producer that hears of a new leader sends on, while the old one has not answered; when it
  /// sends those batches again, the new leader has stored more than five behind them.
  @Test
  void knowsThatAnOlderBatchIsStoredThoughNotWhere() {
    for (int i = 0; i < 9; i++) {
      produces(0, i * 10, 10);
    }
    AppendOutcome forgotten = new AppendOutcome.Duplicate(-1, 39, -1, 0);
    for (int i = 0; i < 4; i++) {
      assertThat(on.append(batch().by(5, 0, i * 10).of(10))).isEqualTo(forgotten);
    }
    assertThat(on.append(batch().by(5, 0, 0).of(40))).isEqualTo(forgotten);
    assertOutOfOrder(35, 10);
    assertOutOfOrder(45, 10);
    assertOutOfOrder(85, 10);
    assertOutOfOrder(100, 10);
    assertOutOfOrder(Integer.MAX_VALUE - 5, 10);
    assertThat(on.log().logEndOffset()).isEqualTo(90);
  }

  private void assertOutOfOrder(int sequence, int records) {
    assertThat(on.refused(batch().by(5, 0, sequence).of(records)).error())
        .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
  }

  /// What came before the first batch that this log has of the producer may never have arrived.
  @Test
  void takesNothingForStoredThatPrecedesTheRun() {
    for (int i = 10; i < 19; i++) {
      produces(0, i * 10, 10);
    }
    assertOutOfOrder(90, 10);
    assertOutOfOrder(95, 10);
    assertThat(on.append(batch().by(5, 0, 100).of(10)))
        .isEqualTo(new AppendOutcome.Duplicate(-1, 39, -1, 0));
  }

  @Test
  void knowsOlderBatchesAfterARestartAndATruncation() {
    for (int i = 0; i < 9; i++) {
      produces(0, i * 10, 10);
    }
    on.restart();
    for (int i = 0; i < 4; i++) {
      assertThat(on.append(batch().by(5, 0, i * 10).of(10)))
          .isEqualTo(new AppendOutcome.Duplicate(-1, 39, -1, 0));
    }
    for (int i = 4; i < 9; i++) {
      assertThat(on.append(batch().by(5, 0, i * 10).of(10)))
          .isEqualTo(new AppendOutcome.Duplicate(i * 10L, i * 10L + 9, -1, 0));
    }
    produces(0, 90, 10);
    truncate(90);
    assertThat(on.append(batch().by(5, 0, 30).of(10)))
        .isEqualTo(new AppendOutcome.Duplicate(-1, 39, -1, 0));
    assertThat(on.append(batch().by(5, 0, 40).of(10)))
        .isEqualTo(new AppendOutcome.Duplicate(40, 49, -1, 0));
    produces(0, 90, 10);
  }

  @Test
  void refusesGapsAndOldEpochs() {
    produces(1, 0, 3);
    assertThat(on.refused(batch().by(5, 1, 4).of(1)).error())
        .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(on.refused(batch().by(5, 0, 3).of(1)).error())
        .isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
    produces(1, 3, 1);
  }

  @Test
  void beginsANewEpochWithSequenceZero() {
    produces(0, 0, 3);
    assertThat(on.refused(batch().by(5, 1, 3).of(1)).error())
        .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    produces(1, 0, 1);
    assertThat(on.refused(batch().by(5, 0, 3).of(1)).error())
        .isEqualTo(Errors.INVALID_PRODUCER_EPOCH);
  }

  @Test
  void takesAnUnknownProducerAtAnySequence() {
    produces(0, 77, 2);
    produces(0, 79, 2);
  }

  @Test
  void wrapsSequencesAround() {
    produces(0, Integer.MAX_VALUE - 1, 4);
    assertThat(on.append(batch().by(5, 0, Integer.MAX_VALUE - 1).of(4)))
        .isInstanceOf(AppendOutcome.Duplicate.class);
    produces(0, 2, 1);
    for (int i = 3; i < 9; i++) {
      produces(0, i, 1);
    }
    assertThat(on.append(batch().by(5, 0, Integer.MAX_VALUE - 1).of(4)))
        .isEqualTo(new AppendOutcome.Duplicate(-1, 5, -1, 0));
    on.restart();
    assertThat(on.append(batch().by(5, 0, 2).of(1))).isInstanceOf(AppendOutcome.Duplicate.class);
    produces(0, 9, 1);
  }

  @Test
  void remembersOverRestartsAndCrashes() {
    on.with("segment.bytes", 1000);
    for (int i = 0; i < 40; i++) {
      produces(0, i * 2, 2);
      if (i % 7 == 0) {
        on.flush(i % 2 == 0);
      }
      if (i % 5 == 0) {
        on.restart();
      }
      if (i % 9 == 0) {
        on.crash();
      }
      assertThat(on.append(batch().by(5, 0, i * 2).of(2)))
          .isEqualTo(new AppendOutcome.Duplicate(i * 2L, i * 2L + 1, -1, 0));
      assertThat(on.refused(batch().by(5, 0, i * 2 + 3).of(2)).error())
          .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }
  }

  /// Deleted before the producer heard that they are stored: it sends them again.
  @Test
  void remembersWhatWasDeletedOverACrashAndATruncation() {
    produces(0, 0, 5);
    produces(0, 5, 5);
    on.appended(batch().by(6, 0, 0).of(10));
    on.flush(true);
    on.log().incrementLogStartOffset(12);
    AppendOutcome stored = new AppendOutcome.Duplicate(5, 9, -1, 12);
    assertThat(on.append(batch().by(5, 0, 5).of(5))).isEqualTo(stored);
    on.crash();
    assertThat(on.append(batch().by(5, 0, 5).of(5))).isEqualTo(stored);
    produces(0, 10, 1);
    truncate(20);
    assertThat(on.append(batch().by(5, 0, 5).of(5))).isEqualTo(stored);
    produces(0, 10, 1);
  }

  @Test
  void forgetsProducersThatWereSilentTooLong() {
    produces(0, 0, 3);
    on.log().producers().removeExpired(StagedWorld.START_MS + 86_399_999);
    assertThat(on.log().producers().activeProducers()).hasSize(1);
    on.log().producers().removeExpired(StagedWorld.START_MS + 86_400_000);
    assertThat(on.log().producers().activeProducers()).isEmpty();
    produces(0, 9, 1);
  }

  @Test
  void tellsWhatItKnowsOfAProducer() {
    produces(2, 0, 3);
    assertThat(on.log().producers().activeProducers())
        .containsExactly(new ActiveProducer(5, (short) 2, 2, StagedWorld.START_MS, -1, -1));
  }

  @Test
  void forgetsWhatWasTruncated() {
    produces(0, 0, 3);
    produces(0, 3, 3);
    produces(0, 6, 3);
    truncate(6);
    assertThat(on.refused(batch().by(5, 0, 9).of(1)).error())
        .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    produces(0, 6, 3);
  }

  private void truncate(long offset) {
    try {
      on.log().truncateTo(offset);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
