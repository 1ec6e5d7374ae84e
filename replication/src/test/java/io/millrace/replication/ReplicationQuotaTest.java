package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.Clock;
import org.junit.jupiter.api.Test;

class ReplicationQuotaTest {

  private static final long SECOND = 1_000_000_000L;

  private final SetClock clock = new SetClock();
  private final ReplicationQuota quota = new ReplicationQuota(clock, 11);

  @Test
  void isUnlimitedUntilARateIsSet() {
    quota.record(1L << 40);

    assertThat(quota.isExceeded()).isFalse();
  }

  @Test
  void holdsBackUntilWhatWasCopiedIsPaidByTime() {
    quota.limit(1_000);
    quota.record(2_500);

    assertThat(quota.delayNanos()).isEqualTo(5 * SECOND / 2);
    clock.nanos += 2 * SECOND;
    assertThat(quota.isExceeded()).isTrue();
    clock.nanos += SECOND / 2;
    assertThat(quota.isExceeded()).isFalse();
  }

  @Test
  void copiesAtTheRateInTheLongRun() {
    quota.limit(100_000);
    long copied = 0;
    for (int ms = 0; ms < 60_000; ms += 10) {
      clock.nanos += 10_000_000L;
      if (!quota.isExceeded()) {
        copied += 37_000;
        quota.record(37_000);
      }
    }

    assertThat(copied / 60).isBetween(97_000L, 101_000L);
  }

  @Test
  void saysHowLongWithinTheWindow() {
    quota.limit(10);
    quota.record(1L << 30);

    assertThat(quota.delayNanos()).isEqualTo(11 * SECOND);
  }

  @Test
  void aHigherRateHoldsForWhatIsOwedAlready() {
    quota.limit(1_000);
    quota.record(10_000);
    quota.limit(20_000);

    assertThat(quota.delayNanos()).isEqualTo(SECOND / 2);
    quota.limit(ReplicationQuota.UNLIMITED);
    assertThat(quota.isExceeded()).isFalse();
  }

  @Test
  void aTopicNamesItsThrottledReplicas() {
    assertThat(ThrottledReplicas.parse("", 1).includes(0)).isFalse();
    assertThat(ThrottledReplicas.parse("*", 1).includes(70)).isTrue();

    ThrottledReplicas some = ThrottledReplicas.parse("0:1,1:2, 2:1", 1);
    assertThat(some.includes(0)).isTrue();
    assertThat(some.includes(1)).isFalse();
    assertThat(some.includes(2)).isTrue();
  }

  private static final class SetClock implements Clock {
    private long nanos = 5;

    @Override
    public long wallMs() {
      return 0;
    }

    @Override
    public long nanos() {
      return nanos;
    }
  }
}
