package io.millrace.benchmark.failover;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChronicleTest {
  private static final long MS = 1_000_000;

  private final Chronicle chronicle = new Chronicle();

  @Test
  void tellsWhatCameBeforeAGapAndWhatCameWithinIt() {
    chronicle.note(10 * MS, "node 1 stops");
    chronicle.note(100 * MS, "node 1 starts");
    chronicle.note(130 * MS, "node 1 answers");
    chronicle.note(900 * MS, "node 2 stops");
    assertThat(chronicle.around(new AckBook.Gap(50, 95 * MS)))
        .isEqualTo(
            "node 1 stops 85 ms before it, node 1 starts 5 ms into it, node 1 answers 35 ms into it");
  }

  @Test
  void theLastOfWhatCameBeforeCounts() {
    chronicle.note(10 * MS, "node 1 stops");
    chronicle.note(20 * MS, "node 1 starts");
    assertThat(chronicle.around(new AckBook.Gap(5, 30 * MS)))
        .isEqualTo("node 1 starts 10 ms before it");
  }
}
