package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A cluster that balances itself, as brokers come and go.
class BalanceTest {

  private static final RunLoader RUNS = new RunLoader();

  @Test
  void anEmptyBrokerGetsItsShareAndProducersHardlyNotice() {
    List<String> story = RUNS.balance(1);
    assertThat(Long.parseLong(story.getFirst()) / 1_000)
        .as(() -> String.join("\n", story))
        .isBetween(10L, 100L);
  }
}
