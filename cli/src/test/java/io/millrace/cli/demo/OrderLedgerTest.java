package io.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OrderLedgerTest {
  private final OrderLedger ledger = new OrderLedger();

  private void ordered(String customer, int count) {
    for (int i = 0; i < count; i++) {
      ledger.acknowledge(customer, ledger.place(customer));
    }
  }

  @Test
  void isCleanWhereAllThatWasAcknowledgedArrivesInOrder() {
    ordered("a", 3);
    for (int i = 0; i < 3; i++) {
      ledger.arrive(0, i, "a", i);
    }

    assertThat(ledger.isComplete()).isTrue();
    assertThat(ledger.verdict()).isEqualTo(new OrderLedger.Verdict(3, 3, 0, 0, 0, 0, 0));
    assertThat(ledger.verdict().isClean()).isTrue();
  }

  @Test
  void whatIsReadAgainAtItsOffsetArrivedOnce() {
    ordered("a", 2);
    ledger.arrive(0, 0, "a", 0);
    ledger.arrive(0, 1, "a", 1);
    ledger.arrive(0, 0, "a", 0);

    assertThat(ledger.verdict().isClean()).isTrue();
  }

  @Test
  void seesWhatIsLost() {
    ordered("a", 2);
    ledger.arrive(0, 0, "a", 0);

    assertThat(ledger.isComplete()).isFalse();
    assertThat(ledger.verdict().lost()).isEqualTo(1);
    assertThat(ledger.examples(5)).containsExactly("a #1");
  }

  @Test
  void seesDuplicatesDisorderAndInventions() {
    ordered("a", 3);
    ledger.arrive(0, 0, "a", 1);
    ledger.arrive(0, 1, "a", 0);
    ledger.arrive(0, 2, "a", 0);
    ledger.arrive(0, 3, "a", 9);
    ledger.arrive(1, 0, "nobody", 0);

    assertThat(ledger.verdict()).isEqualTo(new OrderLedger.Verdict(3, 2, 1, 1, 2, 1, 0));
  }

  @Test
  void whatWasNotAcknowledgedMayArriveOrNot() {
    ordered("a", 1);
    ledger.place("a");
    ledger.place("a");
    ledger.arrive(0, 0, "a", 0);
    ledger.arrive(0, 1, "a", 2);

    assertThat(ledger.verdict().isClean()).isTrue();
    assertThat(ledger.verdict().unacknowledged()).isEqualTo(2);
  }
}
