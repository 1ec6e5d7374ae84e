package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// When a snapshot of the metadata is due.
class SnapshotRuleTest {

  private static final long MB = 1 << 20;
  private static final int NO_OP_BYTES = 80;

  private long now = 1_000;
  private int partitions = 10_000;
  private final SnapshotRule rule = new SnapshotRule(20 * MB, seconds(3_600), now);

  private static long seconds(long seconds) {
    return seconds * 1_000_000_000;
  }

  private boolean isDue() {
    return rule.isDue(now, () -> partitions);
  }

  /// Half a second of a cluster in which nothing happens, at a time.
  private void rest(int seconds) {
    for (int i = 0; i < 2 * seconds; i++) {
      now += seconds(1) / 2;
      rule.onRecords(NO_OP_BYTES, now);
    }
  }

  @Test
  void muchLogIsDueAtOnce() {
    rule.onRecords(20 * MB - 1, now);
    assertThat(isDue()).isFalse();
    rule.onRecords(1, now);
    assertThat(isDue()).isTrue();
    rule.onSnapshot(now);
    assertThat(isDue()).isFalse();
  }

  @Test
  void timePasses() {
    rest(3_599);
    assertThat(isDue()).isFalse();
    rest(1);
    assertThat(isDue()).isTrue();
  }

  @Test
  void whatAStartWouldReplayIsDueAtRest() {
    rule.onRecords(2 * MB, now);
    rest(4);
    assertThat(isDue()).isFalse();
    rule.onRecords(1_000, now);
    rest(4);
    assertThat(isDue()).isFalse();
    rest(1);
    assertThat(isDue()).isTrue();
    rule.onSnapshot(now);
    rest(60);
    assertThat(isDue()).isFalse();
  }

  @Test
  void littleIsNotWorthIt() {
    rule.onRecords(MB - 20_000, now);
    rest(60);
    assertThat(isDue()).isFalse();
  }

  @Test
  void noMoreIsWrittenThanAStartWouldSave() {
    partitions = 100_000;
    rule.onRecords(9 * MB, now);
    rest(60);
    assertThat(isDue()).isFalse();
    rule.onRecords(MB, now);
    rest(5);
    assertThat(isDue()).isTrue();
  }

  @Test
  void aStopNeedsNoRest() {
    rule.onRecords(MB - 1, now);
    assertThat(rule.sparesAStart(() -> partitions)).isFalse();
    rule.onRecords(1, now);
    assertThat(isDue()).isFalse();
    assertThat(rule.sparesAStart(() -> partitions)).isTrue();
    rule.onSnapshot(now);
    assertThat(rule.sparesAStart(() -> partitions)).isFalse();
  }
}
