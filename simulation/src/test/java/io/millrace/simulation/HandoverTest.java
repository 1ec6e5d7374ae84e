package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What producers wait for by design when a node goes, in virtual time.
class HandoverTest {

  private static final RunLoader RUNS = new RunLoader();
  private static final long MOST_METADATA_MS = 600;

  /// The active controller is among those stopped, and does not wait in vain for a successor.
  @Test
  void aRollingRestartIsHardlyNoticed() {
    check(true, 20, 700);
  }

  /// The active controller is among those killed, and the next one has to fence it.
  @Test
  void aKilledNodeIsReplacedOnEvidence() {
    check(false, 100, 20);
  }

  private static void check(boolean cleanly, long mostMs, long longestStopMs) {
    List<String> story = RUNS.handOver(1, cleanly);
    assertThat(Long.parseLong(story.getFirst()) / 1_000)
        .as(() -> "the longest gap in ms; " + String.join("\n", story))
        .isBetween(10L, mostMs);
    assertThat(Long.parseLong(story.get(1)) / 1_000)
        .as("the longest end of a node in ms")
        .isLessThanOrEqualTo(longestStopMs);
    assertThat(Long.parseLong(story.get(2)) / 1_000)
        .as("the longest time in ms until the metadata of all others had changed")
        .isLessThanOrEqualTo(MOST_METADATA_MS);
  }
}
