package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Frozen processes are replaced, and nobody else is.
class FreezeTest {

  private static final RunLoader RUNS = new RunLoader();

  /// The active controller is among the frozen. When all are, none has been silent to any other
  /// that could hear it.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void onlyTheSilentAreReplacedAndSoon(long seed) {
    List<String> story = RUNS.freeze(seed);
    assertThat(Long.parseLong(story.getFirst()) / 1_000)
        .as(() -> String.join("\n", story))
        .isBetween(500L, 2_500L);
  }
}
