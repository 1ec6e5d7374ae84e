package io.millrace.simulation.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LedgerTest {

  private static final TopicPartition ONE = new TopicPartition("t", 0);

  private final Ledger ledger = new Ledger(new DeletionStays(_ -> 0));

  @Test
  void whatAnIdempotentProducerMaySendAgainIsNotDeleted() {
    ledger.producer("once", ProducerPromise.EXACTLY_ONCE_IN_ORDER);
    ledger.producer("often", ProducerPromise.STAYS_WHEN_ACKNOWLEDGED);
    ledger.sent(ONE, written("often", 0));
    ledger.acknowledged(ONE, written("often", 0), 20);
    assertThat(ledger.deletable(ONE)).isEqualTo(21);

    for (int number = 0; number < 4; number++) {
      ledger.sent(ONE, written("once", number));
    }
    assertThat(ledger.deletable(ONE)).isZero();
    ledger.acknowledged(ONE, written("once", 0), 10);
    assertThat(ledger.deletable(ONE)).isEqualTo(10);
    ledger.acknowledged(ONE, written("once", 2), 12);
    ledger.read("reader", ONE, 11, written("once", 1), 0);
    assertThat(ledger.deletable(ONE)).as("read, but not answered").isEqualTo(10);
    ledger.acknowledged(ONE, written("once", 1), -1);
    assertThat(ledger.deletable(ONE)).isEqualTo(12);
    ledger.acknowledged(ONE, written("once", 3), -1);
    assertThat(ledger.deletable(ONE)).as("stored somewhere behind").isEqualTo(12);
  }

  private static Written written(String producer, int number) {
    return new Written(producer, 0, number);
  }
}
