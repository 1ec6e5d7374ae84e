package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What producers wait for by design when a node goes, in virtual time.
class HandoverTest {

  private static final RunLoader RUNS = new RunLoader();

  @Test
  void aRollingRestartIsHardlyNoticed() {
    check(true, 50);
  }

  /// The active controller is among those killed.
  @Test
  void aKilledNodeIsReplacedOnEvidence() {
    check(false, 150);
  }

  private static void check(boolean cleanly, long mostMs) {
    List<String> story = RUNS.handOver(1, cleanly);
    assertThat(Long.parseLong(story.getFirst()) / 1_000)
        .as(() -> String.join("\n", story))
        .isBetween(10L, mostMs);
  }
}
