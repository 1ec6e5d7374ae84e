package io.millrace.simulation.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.simulation.audit.AdminLedger.Shown;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class AdminLedgerTest {

  private static final Uuid ID = new Uuid(1, 1);

  private final AdminLedger ledger = new AdminLedger();

  @Test
  void whatWasAcknowledgedIsThere() {
    created();
    assertThat(ledger.difference(Map.of())).contains("is not there");
    assertThat(ledger.difference(Map.of("t", new Shown(new Uuid(2, 2), 2, null)))).contains("id");
    assertThat(ledger.difference(Map.of("t", new Shown(ID, 3, null)))).contains("3 partitions");
    assertThat(ledger.difference(Map.of("t", new Shown(ID, 2, null)))).isNull();
    ledger.deleting("t");
    ledger.deleted("t");
    assertThat(ledger.difference(Map.of("t", new Shown(ID, 2, null)))).contains("was deleted");
  }

  @Test
  void whatWasNeverAnsweredMayBeThere() {
    created();
    ledger.setting("t", "1");
    ledger.set("t", "1");
    ledger.setting("t", "2");
    ledger.growing("t", 4);
    assertThat(ledger.difference(Map.of("t", new Shown(ID, 2, "1")))).isNull();
    assertThat(ledger.difference(Map.of("t", new Shown(ID, 4, "2")))).isNull();
    assertThat(ledger.difference(Map.of("t", new Shown(ID, 2, "3")))).contains("is set to 3");
    ledger.notGrown("t", 4);
    assertThat(ledger.difference(Map.of("t", new Shown(ID, 4, "1")))).contains("4 partitions");
    ledger.deleting("t");
    assertThat(ledger.difference(Map.of())).isNull();
  }

  @Test
  void aRefusalSpeaksOfItsOwnRequestOnly() {
    created();
    ledger.growing("t", 4);
    ledger.growing("t", 4);
    ledger.notGrown("t", 4);
    assertThat(ledger.difference(Map.of("t", new Shown(ID, 4, null)))).isNull();
    assertThat(ledger.difference(Map.of("t", new Shown(ID, 2, null)))).isNull();
    ledger.growing("t", 5);
    ledger.grown("t", 5);
    assertThat(ledger.difference(Map.of("t", new Shown(ID, 4, null)))).contains("4 partitions");
  }

  @Test
  void noTopicHasTheIdOfAnother() {
    created();
    assertThatThrownBy(() -> ledger.created("u", 1, ID)).hasMessageStartingWith("IdsAreUnique");
  }

  private void created() {
    ledger.creating("t", 2);
    ledger.created("t", 2, ID);
  }
}
