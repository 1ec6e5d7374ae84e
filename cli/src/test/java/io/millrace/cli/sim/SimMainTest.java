package io.millrace.cli.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.simulation.RunResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  /// Seed 6 fails, whatever is left out.
  private static RunResult failing(long seed, String scenario) {
    return new RunResult(
        seed,
        scenario,
        seed == 6 ? "Lost: a record" : "",
        "seed " + seed + ": the summary",
        0xabcL,
        1,
        1_000_000_000L,
        1,
        Map.of("KILL", 1),
        2,
        Map.of(),
        List.of("the story"));
  }

  @Test
  void aFailingSeedIsSavedAsItCanBeReplayed(@TempDir Path folder) throws IOException {
    int status =
        SimMain.run(
            console,
            () -> SimMainTest::failing,
            "--seeds",
            "3",
            "--first",
            "5",
            "--nodes",
            "3",
            "--save",
            folder.toString());
    console.flush();
    assertThat(status).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("seeds from 5: 3 seeds")
        .contains("1 failed");
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("seed 6 FAILED: Lost: a record");
    List<String> saved = Files.readAllLines(folder.resolve("seed-6.txt"));
    assertThat(saved.getFirst())
        .startsWith("replay: millrace sim --seed 6 --nodes 1")
        .contains("--workloads none");
    assertThat(saved).contains("the story", "trace 0000000000000abc");
    assertThat(folder).isDirectoryNotContaining("glob:**seed-5*");
  }

  @Test
  void aReplayThatFailsSaysSoByItsStatus() {
    assertThat(SimMain.run(console, () -> SimMainTest::failing, "--seed", "6"))
        .isEqualTo(ExitCode.FAILED);
    assertThat(SimMain.run(console, () -> SimMainTest::failing, "--seed", "5"))
        .isEqualTo(ExitCode.OK);
  }

  @Test
  void wrongOptionsAreSaid() {
    assertThat(run("--seed", "1", "--faults", "quake")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("quake");
    assertThat(run()).isEqualTo(ExitCode.USAGE);
  }
}
