package io.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AckGapsTest {
  private static final long MS = 1_000_000;

  private final AckGaps gaps = new AckGaps(2, 0);

  @Test
  void keepsTheLongestOfEachPartition() {
    gaps.onAck(0, 10 * MS);
    gaps.onAck(0, 110 * MS);
    gaps.onAck(0, 120 * MS);
    gaps.onAck(1, 119 * MS);

    assertThat(gaps.millis(120 * MS)).containsExactly(100, 119);
  }

  @Test
  void anOpenGapCountsInFullEvenAfterAReset() {
    gaps.onAck(0, 10 * MS);
    gaps.onAck(1, 40 * MS);
    gaps.reset();

    assertThat(gaps.millis(50 * MS)).containsExactly(40, 10);
  }
}
