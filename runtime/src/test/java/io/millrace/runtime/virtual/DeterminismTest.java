package io.millrace.runtime.virtual;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DeterminismTest {

  @Test
  void givesTheSameTraceForTheSameSeed() {
    assertThat(Chatter.run(5)).isEqualTo(Chatter.run(5));
  }

  @Test
  void givesAnotherTraceForAnotherSeed() {
    TreeSet<Long> hashes = new TreeSet<>();
    for (long seed = 0; seed < 5; seed++) {
      hashes.add(Chatter.run(seed));
    }
    assertThat(hashes).hasSize(5);
  }

  /// Identity hashes and the salt of `Set.of` differ between processes only.
  @Test
  void givesTheSameTraceInAnotherProcess() throws IOException, InterruptedException {
    String here = Long.toHexString(Chatter.run(9));
    assertThat(inAnotherProcess(9)).isEqualTo(here);
    assertThat(inAnotherProcess(9)).isEqualTo(here);
  }

  private static String inAnotherProcess(long seed) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Chatter.class.getName(),
                Long.toString(seed))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return List.of(output.split("\n")).getLast().strip();
  }

  @Test
  void keepsStreamsApart() {
    VirtualEntropy one = new VirtualEntropy(1);
    VirtualEntropy other = new VirtualEntropy(1);
    other.stream("unrelated").nextLong();
    assertThat(one.stream("a").nextLong()).isEqualTo(other.stream("a").nextLong());
    assertThat(one.stream("a").nextLong())
        .isNotEqualTo(new VirtualEntropy(1).stream("a").nextLong());
    assertThat(one.uuid()).isEqualTo(other.uuid());
    assertThat(one.uuid().version()).isEqualTo(4);
    assertThat(one.uuid().variant()).isEqualTo(2);
  }
}
