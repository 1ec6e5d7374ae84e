package io.millrace.metadata.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TrafficMeterTest {

  private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
  private static final long SECOND = 1_000_000_000;

  private final TrafficMeter meter = new TrafficMeter();

  @Test
  void oneLookTellsNothing() {
    meter.sample(0, Map.of(ORDERS, 500L));
    assertThat(meter.bytesPerSecond(ORDERS)).isZero();
  }

  @Test
  void growthIsTraffic() {
    meter.sample(0, Map.of(ORDERS, 500L));
    meter.sample(10 * SECOND, Map.of(ORDERS, 2_500L));
    assertThat(meter.bytesPerSecond(ORDERS)).isEqualTo(200);
  }

  @Test
  void whatWasDeletedDoesNotCount() {
    meter.sample(0, Map.of(ORDERS, 500L));
    meter.sample(10 * SECOND, Map.of(ORDERS, 2_500L));
    meter.sample(20 * SECOND, Map.of(ORDERS, 100L));
    assertThat(meter.bytesPerSecond(ORDERS)).isEqualTo(200);
    meter.sample(30 * SECOND, Map.of(ORDERS, 2_100L));
    assertThat(meter.bytesPerSecond(ORDERS)).isEqualTo(200);
  }

  @Test
  void aWildMinuteCountsHalf() {
    meter.sample(0, Map.of(ORDERS, 0L));
    meter.sample(10 * SECOND, Map.of(ORDERS, 1_000L));
    meter.sample(20 * SECOND, Map.of(ORDERS, 4_000L));
    assertThat(meter.bytesPerSecond(ORDERS)).isEqualTo(200);
  }

  @Test
  void looksThatFollowTooSoonArePassedOver() {
    meter.sample(0, Map.of(ORDERS, 0L));
    meter.sample(SECOND / 2, Map.of(ORDERS, 1_000_000L));
    meter.sample(10 * SECOND, Map.of(ORDERS, 1_000L));
    assertThat(meter.bytesPerSecond(ORDERS)).isEqualTo(100);
  }

  @Test
  void whatIsGoneIsForgotten() {
    meter.sample(0, Map.of(ORDERS, 0L));
    meter.sample(10 * SECOND, Map.of(ORDERS, 1_000L));
    meter.sample(20 * SECOND, Map.of());
    assertThat(meter.bytesPerSecond(ORDERS)).isZero();
  }
}
