package io.millrace.cli.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SimMainTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Console console = Console.to(InputStream.nullInputStream(), out, err);

  private int run(String... args) {
    int status = SimMain.run(console, args);
    console.flush();
    return status;
  }

  @Test
  void aSeedTellsItsStoryAndEndsWithItsTrace() {
    int status = run("--seed", "1", "--nodes", "1", "--seconds", "5", "--workloads", "idempotent");
    assertThat(status).as(err::toString).isEqualTo(ExitCode.OK);
    String text = out.toString(StandardCharsets.UTF_8);
    assertThat(text).contains("n1        serves").contains("seed 1: passed");
    assertThat(text.lines().toList().getLast()).matches("trace [0-9a-f]{16}");
  }

  @Test
  void anExplorationEndsWithOneLineOfTotals() {
    int status = run("--seeds", "2", "--first", "5", "--nodes", "1", "--seconds", "3");
    assertThat(status).as(err::toString).isEqualTo(ExitCode.OK);
    assertThat(out.toString(StandardCharsets.UTF_8).lines().toList().getLast())
        .startsWith("seeds from 5: 2 seeds, 0 failed");
  }

  @Test
  void wrongOptionsAreSaid() {
    assertThat(run("--seed", "1", "--faults", "quake")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("quake");
    assertThat(run()).isEqualTo(ExitCode.USAGE);
  }
}
