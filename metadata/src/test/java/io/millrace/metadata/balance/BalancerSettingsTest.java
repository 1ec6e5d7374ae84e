package io.millrace.metadata.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.metadata.balance.BalancerSettings.Mode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BalancerSettingsTest {

  @Test
  void isOffWhereNothingIsSaid() {
    assertThat(BalancerSettings.of(Map.of()))
        .isEqualTo(new BalancerSettings(Mode.OFF, 2, 10L << 30, 60_000, 60_000, 85));
  }

  @Test
  void takesWhatIsSaid() {
    assertThat(
            BalancerSettings.of(
                Map.of(
                    "balancer.mode", "automatic",
                    "balancer.moves", "5",
                    "balancer.moves.bytes", "1000000",
                    "balancer.calm.ms", "0",
                    "balancer.interval.ms", "5000",
                    "balancer.disk.full.percent", "90")))
        .isEqualTo(new BalancerSettings(Mode.AUTOMATIC, 5, 1_000_000, 0, 5_000, 90));
  }

  @Test
  void saysWhichKeyIsWrong() {
    assertThatThrownBy(() -> BalancerSettings.of(Map.of("balancer.mode", "on")))
        .hasMessage("balancer.mode must be one of off, advise, automatic");
    assertThatThrownBy(() -> BalancerSettings.of(Map.of("balancer.moves", "0")))
        .hasMessage("balancer.moves must be a number from 1 to 1000");
  }
}
