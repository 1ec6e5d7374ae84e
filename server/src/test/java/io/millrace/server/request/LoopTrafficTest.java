package io.millrace.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class LoopTrafficTest {

  private final LoopTraffic traffic = new LoopTraffic();

  @Test
  void countsRequestsAndTheTimeToTheirAnswers() {
    traffic.onRequest(ApiKeys.FETCH.id, 100);
    traffic.onRequest(ApiKeys.FETCH.id, 50);
    traffic.onFailure(ApiKeys.FETCH.id);
    traffic.onAnswer(ApiKeys.FETCH.id, 1_000);
    traffic.onAnswer(ApiKeys.FETCH.id, 1_001_000);
    assertThat(traffic.hasAnswers()).isTrue();
    traffic.endStep(1_002_000);

    LoopTraffic.OfApi fetch = Objects.requireNonNull(traffic.copy().of(ApiKeys.FETCH));
    assertThat(traffic.hasAnswers()).isFalse();
    assertThat(fetch.requests()).isEqualTo(2);
    assertThat(fetch.requestBytes()).isEqualTo(150);
    assertThat(fetch.failures()).isEqualTo(1);
    assertThat(fetch.answers()).isEqualTo(2);
    assertThat(fetch.nanos()).isEqualTo(1_001_000 + 1_000);
    assertThat(fetch.bucket(1)).isEqualTo(1);
    assertThat(fetch.bucket(10)).isEqualTo(1);
    assertThat(traffic.of(ApiKeys.PRODUCE)).isNull();
  }

  @Test
  void copiesOfLoopsAddUp() {
    traffic.onRequest(ApiKeys.PRODUCE.id, 1);
    LoopTraffic sum = traffic.copy();
    sum.add(traffic.copy());

    assertThat(Objects.requireNonNull(sum.of(ApiKeys.PRODUCE)).requests()).isEqualTo(2);
    assertThat(Objects.requireNonNull(traffic.of(ApiKeys.PRODUCE)).requests()).isEqualTo(1);
  }

  @Test
  void bucketsDoubleAndTheLastTakesTheRest() {
    assertThat(LoopTraffic.bucketOf(0)).isZero();
    assertThat(LoopTraffic.bucketOf(999)).isZero();
    assertThat(LoopTraffic.bucketOf(1_000)).isEqualTo(1);
    assertThat(LoopTraffic.bucketOf(1_024_000)).isEqualTo(11);
    assertThat(LoopTraffic.bucketOf(Long.MAX_VALUE)).isEqualTo(LoopTraffic.BUCKETS - 1);
  }

  @Test
  void aStepMayGiveManyAnswers() {
    for (int i = 0; i < 1_000; i++) {
      traffic.onAnswer(ApiKeys.PRODUCE.id, i);
    }
    traffic.endStep(2_000);

    assertThat(Objects.requireNonNull(traffic.of(ApiKeys.PRODUCE)).answers()).isEqualTo(1_000);
  }
}
