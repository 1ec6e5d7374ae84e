package io.millrace.acceptance.commands;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.acceptance.harness.Millrace;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.Program;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The story of the mission, as `millrace demo` tells it: the leader is killed, the active
/// controller is killed, a leader freezes and wakes up as a zombie, all nodes are restarted in
/// turn, and every acknowledged order arrives exactly once and in order.
@OnlyMillrace
class DemoTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Test
  void everyAcknowledgedOrderArrivesOnceAndInOrder() throws IOException {
    Program.Ended told =
        Millrace.command("demo", "--orders-per-second", "50", "--json")
            .within(PATIENCE)
            .run()
            .expectSuccess();

    assertThat(told.lines()).as("lines on stdout").hasSize(1);
    JsonNode account = new ObjectMapper().readTree(told.out());
    assertThat(account.path("scenes").findValuesAsText("scene"))
        .containsExactlyElementsOf(List.of("LEADER", "CONTROLLER", "FROZEN", "ROLLING"));
    assertThat(account.path("acknowledged").asLong()).isPositive();
    assertThat(account.path("arrived").asLong())
        .isGreaterThanOrEqualTo(account.path("acknowledged").asLong());
    for (String harm : List.of("lost", "twice", "disordered", "invented", "unacknowledged")) {
      assertThat(account.path(harm).asLong(-1)).as(harm).isZero();
    }
  }
}
