package io.millrace.simulation.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PartitionQueueTest {

  private static final TopicPartition ONE = new TopicPartition("t", 0);

  /// Else the first batch may be refused for want of replicas and the second, sent meanwhile, be
  /// stored: a broker takes a producer that it has never heard of at any sequence.
  @Test
  void nothingFollowsTheFirstBatchBeforeItIsAcknowledged() {
    PartitionQueue queue = withBatches(true);
    ProducerBatch first = next(queue);
    assertThat(queue.next()).isNull();
    queue.again(first);
    assertThat(next(queue)).as("sent again").isSameAs(first);
    assertThat(queue.wasDue(first)).isTrue();
    assertThat(queue.next()).isNull();

    queue.acknowledged(first);
    assertThat(next(queue).sequence()).isEqualTo(2);
    assertThat(next(queue).sequence()).isEqualTo(4);
    assertThat(next(queue).sequence()).isEqualTo(6);
  }

  @Test
  void whatIsSentAgainGoesAloneOnceItIsTheOldest() {
    PartitionQueue queue = withBatches(true);
    queue.acknowledged(next(queue));
    ProducerBatch second = next(queue);
    ProducerBatch third = next(queue);
    queue.again(third);
    assertThat(queue.next()).as("the second may have to come again, too").isNull();
    queue.acknowledged(second);
    assertThat(next(queue)).isSameAs(third);
    assertThat(queue.wasDue(third)).isTrue();
  }

  @Test
  void withoutSequencesNothingWaits() {
    PartitionQueue queue = withBatches(false);
    next(queue);
    assertThat(next(queue).sequence()).isEqualTo(2);
    assertThat(next(queue).sequence()).isEqualTo(4);
  }

  /// Four of two records each.
  private static PartitionQueue withBatches(boolean sequenced) {
    PartitionQueue queue = new PartitionQueue(ONE, sequenced);
    for (int i = 0; i < 4; i++) {
      queue.make("p", 2, 0, false);
    }
    return queue;
  }

  private static ProducerBatch next(PartitionQueue queue) {
    return Objects.requireNonNull(queue.next());
  }
}
