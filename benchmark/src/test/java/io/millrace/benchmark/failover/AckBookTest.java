package io.millrace.benchmark.failover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.benchmark.load.LoadException;
import org.junit.jupiter.api.Test;

class AckBookTest {
  private static final long MS = 1_000_000;

  private final AckBook book = new AckBook(0, 0);

  @Test
  void theLongestGapIsBetweenTwoAcknowledgements() {
    book.acknowledge(0, 0, 10 * MS);
    book.acknowledge(1, 1, 250 * MS);
    book.acknowledge(2, 2, 260 * MS);
    assertThat(book.gapMs(270 * MS)).isEqualTo(240);
  }

  @Test
  void aGapThatIsStillOpenCounts() {
    book.acknowledge(0, 0, 10 * MS);
    assertThat(book.gapMs(510 * MS)).isEqualTo(500);
  }

  @Test
  void forgottenGapsCountNoMore() {
    book.acknowledge(0, 0, 900 * MS);
    book.forgetGaps();
    book.acknowledge(1, 1, 910 * MS);
    assertThat(book.gapMs(915 * MS)).isEqualTo(10);
  }

  @Test
  void whatWasAcknowledgedAndNotReadIsMissing() {
    book.acknowledge(0, 0, 1);
    book.acknowledge(1, 1, 2);
    book.read(0);
    assertThatThrownBy(() -> book.mustHoldAll(book.acknowledged()))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("lacks 1 acknowledged records, such as 1");
    book.read(1);
    book.mustHoldAll(book.acknowledged());
  }

  @Test
  void aRecordThatIsStoredTwiceIsNoticed() {
    book.read(7);
    assertThatThrownBy(() -> book.read(7))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("twice");
  }
}
