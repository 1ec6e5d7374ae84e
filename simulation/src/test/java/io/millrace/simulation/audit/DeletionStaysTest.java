package io.millrace.simulation.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class DeletionStaysTest {

  private static final TopicPartition ONE = new TopicPartition("t", 0);

  private final DeletionStays deletions = new DeletionStays(_ -> 7);

  @Test
  void nobodyReadsWhatWasDeletedInAnEarlierEpoch() {
    deletions.deleting(ONE, 10);
    deletions.deleted(ONE, 10);
    assertThat(deletions.floor(ONE, 7)).isEqualTo(10);
    assertThatThrownBy(() -> deletions.read("reader", ONE, 9, deletions.floor(ONE, 7)))
        .hasMessageStartingWith("DeletionStays");
    assertThat(deletions.floor(ONE, 6)).as("a leader that was cut off").isZero();
  }

  @Test
  void nothingGoesThatNobodyAskedToDelete() {
    deletions.deleting(ONE, 10);
    assertThat(deletions.mayBeGone(ONE, 9)).isTrue();
    assertThat(deletions.mayBeGone(ONE, 10)).isFalse();
    assertThatThrownBy(() -> deletions.begins("reader", ONE, 11, 0))
        .hasMessageContaining("beyond 10");
  }
}
