package io.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// When `leader-epoch-checkpoint` has to be written, and with what.
class LeaderEpochsTest {

  private final LeaderEpochs epochs = new LeaderEpochs();

  private String stored(long logEndOffset) {
    String content = new String(EpochFile.content(epochs, logEndOffset), StandardCharsets.UTF_8);
    epochs.markClean(logEndOffset);
    return content.lines().skip(2).toList().toString();
  }

  @Test
  void anEpochWithoutRecordsIsNotWorthAFile() {
    epochs.assign(3, 0);
    assertThat(epochs.isDirty(0)).isFalse();
    assertThat(epochs.isDirty(1)).isTrue();
    assertThat(stored(1)).isEqualTo("[3 0]");
    epochs.assign(4, 1);
    epochs.assign(5, 1);
    assertThat(epochs.latestEpoch()).isEqualTo(5);
    assertThat(epochs.isDirty(1)).isFalse();
    assertThat(epochs.isDirty(2)).isTrue();
    assertThat(stored(2)).isEqualTo("[3 0, 5 1]");
    assertThat(epochs.isDirty(7)).isFalse();
  }

  @Test
  void whatWasCutOffIsWrittenAgainThoughAsManyAreLeft() {
    epochs.assign(1, 0);
    epochs.assign(2, 5);
    epochs.assign(4, 9);
    assertThat(stored(10)).isEqualTo("[1 0, 2 5, 4 9]");
    epochs.truncateFromEnd(5);
    assertThat(epochs.isDirty(5)).isTrue();
    epochs.assign(3, 5);
    epochs.assign(4, 9);
    assertThat(epochs.isDirty(10)).isTrue();
    assertThat(stored(10)).isEqualTo("[1 0, 3 5, 4 9]");
    assertThat(epochs.isDirty(10)).isFalse();
  }

  @Test
  void aNewLogStartIsWritten() {
    epochs.assign(1, 0);
    epochs.assign(2, 5);
    assertThat(stored(10)).isEqualTo("[1 0, 2 5]");
    epochs.truncateFromStart(3);
    assertThat(epochs.isDirty(10)).isTrue();
    assertThat(stored(10)).isEqualTo("[1 3, 2 5]");
  }

  @Test
  void aFileThatCouldNotBeWrittenIsTriedAgain() {
    epochs.assign(1, 0);
    assertThat(stored(10)).isEqualTo("[1 0]");
    epochs.markDirty();
    assertThat(epochs.isDirty(10)).isTrue();
  }

  @Test
  void allEpochsGoneIsAChange() {
    epochs.assign(1, 0);
    assertThat(stored(10)).isEqualTo("[1 0]");
    epochs.clear();
    assertThat(epochs.isDirty(10)).isTrue();
    assertThat(stored(10)).isEqualTo("[]");
  }
}
