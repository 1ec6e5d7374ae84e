package io.millrace.simulation.audit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class GroupLedgerTest {

  private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

  private final GroupLedger ledger = new GroupLedger("g");

  @Test
  void aPartitionHasOneOwnerAGeneration() {
    ledger.owned("a", 1, PARTITION);
    ledger.owned("a", 1, PARTITION);
    ledger.owned("b", 2, PARTITION);
    assertThatThrownBy(() -> ledger.owned("c", 2, PARTITION))
        .hasMessageStartingWith("OneOwnerAGeneration");
  }

  @Test
  void anAcknowledgedCommitDoesNotGoBack() {
    commit(1, 10, true);
    commit(1, 20, true);
    long floor = ledger.floor(PARTITION);
    assertThatThrownBy(() -> ledger.found("b", 2, PARTITION, 10, floor))
        .hasMessageStartingWith("CommitStays");
    assertThatThrownBy(() -> ledger.found("b", 2, PARTITION, -1, floor))
        .hasMessageStartingWith("CommitStays");
    ledger.found("b", 2, PARTITION, 20, floor);
  }

  @Test
  void aCommitWithoutAnAnswerMayCountUntilTheNextOwnerBegins() {
    commit(1, 10, true);
    ledger.seen(PARTITION, 15);
    ledger.committing(1, PARTITION, 15);
    ledger.found("b", 2, PARTITION, 15, ledger.floor(PARTITION));
    commit(2, 30, true);
    long floor = ledger.floor(PARTITION);
    assertThatThrownBy(() -> ledger.found("c", 3, PARTITION, 15, floor))
        .hasMessageStartingWith("CommitStays");
  }

  @Test
  void nobodyBeginsBehindWhatTheGroupHasRead() {
    ledger.seen(PARTITION, 5);
    assertThatThrownBy(() -> ledger.found("a", 1, PARTITION, 6, -1))
        .hasMessageStartingWith("Unseen");
  }

  @Test
  void whatIsStoredMustHaveBeenSeen() {
    Ledger records = new Ledger(new DeletionStays(_ -> 0));
    Written written = new Written("p", 0, 0);
    records.sent(PARTITION, written);
    records.read(Ledger.AUDITOR, PARTITION, 0, written, 0);
    assertThatThrownBy(() -> ledger.check(records)).hasMessageStartingWith("Unseen");
    commit(1, 1, true);
    ledger.check(records);
  }

  private void commit(int generation, long offset, boolean taken) {
    ledger.seen(PARTITION, offset);
    ledger.committing(generation, PARTITION, offset);
    ledger.answered(generation, PARTITION, offset, taken);
  }
}
