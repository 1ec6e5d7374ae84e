package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// A run is a function of (code, seed). Held by two processes, since the salts of collections are
/// fixed at each start of a JVM and a second run in the same one would not notice them.
class DeterminismTest {

  @Test
  void sameSeedGivesTheSameTraceInTwoProcesses() throws Exception {
    String first = traceOf(7);
    String second = traceOf(7);
    assertThat(first).startsWith("trace ").isEqualTo(second);
  }

  @Test
  void anotherSeedGivesAnotherTrace() throws Exception {
    assertThat(traceOf(8)).isNotEqualTo(traceOf(9));
  }

  private static String traceOf(long seed) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:hashCode=2",
                "-cp",
                System.getProperty("java.class.path"),
                SimulationRun.class.getName(),
                Long.toString(seed),
                "nodes=3",
                "seconds=6",
                "faults=restart,kill",
                "workloads=idempotent,reader,classic-group,consumer-group,admin")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList().getLast();
  }
}
