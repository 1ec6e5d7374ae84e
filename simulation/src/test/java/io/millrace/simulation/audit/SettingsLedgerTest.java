package io.millrace.simulation.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.simulation.audit.SettingsLedger.Shown;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SettingsLedgerTest {

  private static final String NAME = "log.roll.ms";
  private static final String NONE = SettingsLedger.NONE;

  private final SettingsLedger ledger = new SettingsLedger();

  @Test
  void whatWasAcknowledgedLastIsDue() {
    set("1", "1000");
    set("1", "2000");

    assertThat(shows(new Shown(NAME, "2000", NONE, "2000"))).isNull();
    assertThat(shows(new Shown(NAME, "1000", NONE, "1000"))).contains("due are 2000");
  }

  @Test
  void whatWasNeverAnsweredMayBeThere() {
    set("1", "1000");
    ledger.setting("1", NAME, NONE);

    assertThat(shows(new Shown(NAME, "1000", NONE, "1000"))).isNull();
    assertThat(shows(new Shown(NAME, NONE, NONE, "604800000"))).isNull();
  }

  @Test
  void theBrokersOwnIsInForceBeforeThatOfAll() {
    set(SettingsLedger.ALL, "1000");
    set("1", "2000");

    assertThat(shows(new Shown(NAME, "2000", "1000", "2000"))).isNull();
    assertThat(shows(new Shown(NAME, "2000", "1000", "1000"))).isNotNull();
    assertThat(shows(new Shown(NAME, "2000", NONE, "2000"))).contains("of all 1000");
  }

  @Test
  void whatNobodyAskedForIsNotThere() {
    assertThat(shows(new Shown(NAME, NONE, NONE, "604800000"))).isNull();
    assertThat(shows(new Shown(NAME, "1000", NONE, "1000"))).isNotNull();
  }

  private void set(String scope, String value) {
    ledger.setting(scope, NAME, value);
    ledger.set(scope, NAME, value);
  }

  private @Nullable String shows(Shown shown) {
    return ledger.difference("1", List.of(shown));
  }
}
