package io.millrace.simulation.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.simulation.RunLoader;
import io.millrace.simulation.RunResult;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The simulator bites: every planted bug is caught, by an invariant that is meant for it, within
/// [Mutant#MOST_SEEDS] seeds; and the seed that catches it passes where no bug is awake.
///
/// `mvn verify` tries a few, the profile `mutants` all of them, `-Dsimulation.mutant=WORDS` those
/// whose name contains the words.
class MutationTest {

  private static final List<Mutant> ALL = Mutants.all();
  private static final Garden GARDEN = new Garden(ALL);

  static List<Mutant> chosen() {
    String words = System.getProperty("simulation.mutant");
    if (words != null) {
      return ALL.stream().filter(mutant -> mutant.name().contains(words)).toList();
    }
    return Boolean.getBoolean("simulation.mutants") ? ALL : Mutants.few();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("chosen")
  void isCaught(Mutant mutant) {
    StringBuilder tried = new StringBuilder();
    for (long seed : mutant.seeds()) {
      RunResult result = GARDEN.run(mutant, seed);
      tried.append(seed).append(": ").append(result.summary()).append('\n');
      if (result.failed()) {
        assertThat(result.failure())
            .as(() -> String.join("\n", result.story()))
            .satisfies(failure -> assertThat(mutant.explains(failure)).isTrue());
        System.out.printf("%s | %s | %d%n", mutant, result.failureKind(), seed);
        RunResult sound = GARDEN.sound(seed, mutant.scenario());
        assertThat(sound.failed())
            .as(() -> String.join("\n", sound.story()) + "\n" + sound.summary())
            .isFalse();
        return;
      }
    }
    assertThat(tried).as("seeds that did not notice '%s'", mutant).isEmpty();
  }

  /// Else a change of the code has taken its place away, and it would sleep for ever.
  @Test
  void everyBugHasItsPlace() throws IOException {
    Planting planting = new Planting(ALL);
    for (String name : planting.classes()) {
      byte[] before = classFile(name);
      assertThat(planting.apply(name, before)).isNotEqualTo(before);
    }
  }

  private static byte[] classFile(String name) throws IOException {
    String path = name.replace('.', '/') + ".class";
    try (InputStream in = Mutant.class.getClassLoader().getResourceAsStream(path)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  @Test
  void bugsAsleepChangeNothing() {
    String scenario = "nodes=3 seconds=5";
    long untouched = new RunLoader().run(3, scenario).trace();
    assertThat(GARDEN.sound(3, scenario).trace()).isEqualTo(untouched);
  }
}
