package io.millrace.acceptance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The judge is tried first: each kind of harm is seen, and an honest history is not blamed.
class LedgerTest {
  private final Ledger ledger = new Ledger(1);
  private final GroupLedger group = new GroupLedger("group", 1, ledger);

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      ledger.send("w", 0);
    }
  }

  private void stored(String... values) {
    for (int offset = 0; offset < values.length; offset++) {
      ledger.audit(0, offset, values[offset]);
    }
    ledger.auditEnds(0, values.length);
  }

  @Test
  void blamesNothingWhereAllIsThereOnceAndInOrder() {
    send(3);
    ledger.acknowledge("w:0", 0, 0);
    ledger.fail("w:1", 0, "given up, and not stored");
    ledger.acknowledge("w:2", 0, -1);
    stored("w:0", "w:2");
    assertThat(ledger.violations()).isEmpty();
    assertThat(ledger.failures("w")).hasSize(1);
  }

  @Test
  void seesWhatIsMissing() {
    send(3);
    ledger.acknowledge("w:0", 0, -1);
    ledger.acknowledge("w:1", 0, -1);
    ledger.acknowledge("w:2", 0, -1);
    stored("w:1");
    assertThat(ledger.violations())
        .hasSize(2)
        .allMatch(violation -> violation.startsWith("missing"));
  }

  @Test
  void seesWhatComesTwiceOrOutOfOrder() {
    send(2);
    ledger.acknowledge("w:0", 0, -1);
    ledger.acknowledge("w:1", 0, -1);
    stored("w:0", "w:1", "w:0");
    assertThat(ledger.violations()).singleElement().asString().startsWith("twice or out of order");
  }

  @Test
  void seesWhatWasInvented() {
    send(1);
    ledger.acknowledge("w:0", 0, -1);
    stored("w:0", "w:1");
    assertThat(ledger.violations()).singleElement().asString().startsWith("invented");
  }

  @Test
  void seesAnOffsetThatChangedAfterSomebodyReadIt() {
    send(2);
    group.deliver("m", 0, 0, 0, "w:0");
    ledger.acknowledge("w:1", 0, 0);
    assertThat(ledger.violations()).singleElement().asString().contains("seen before: w:0");
  }

  @Test
  void seesWhatWasReadAndIsGone() {
    send(1);
    ledger.fail("w:0", 0, "given up");
    group.deliver("m", 0, 0, 0, "w:0");
    stored();
    assertThat(ledger.violations()).singleElement().asString().startsWith("seen, but gone");
  }

  @Test
  void seesCommitsThatWentBackAndRecordsThatWereSkipped() {
    group.deliver("m", 0, 0, 0, "w:0");
    group.commit(0, 1);
    group.begin("n", 0, 1, group.committed(0));
    assertThat(ledger.violations()).isEmpty();
    group.begin("n", 0, 0, group.committed(0));
    group.begin("n", 0, 2, group.committed(0));
    group.deliver("n", 0, 2, 3, "w:3");
    group.close(0, 0);
    assertThat(ledger.violations()).hasSize(4);
  }
}
