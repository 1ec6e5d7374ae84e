package io.millrace.simulation.mutant;

import io.millrace.simulation.RunLoader;
import io.millrace.simulation.RunResult;
import io.millrace.simulation.rewrite.DeterministicLoader;
import java.lang.reflect.Field;
import java.util.List;

/// Where the bugs are planted: runs with one of them awake, or none. For one thread at a time.
final class Garden {

  private final List<Mutant> mutants;
  private final RunLoader runs;
  private final Field awake;

  Garden(List<Mutant> mutants) {
    this.mutants = List.copyOf(mutants);
    DeterministicLoader loader =
        new DeterministicLoader(Garden.class.getClassLoader(), new Planting(mutants));
    this.runs = new RunLoader(loader);
    try {
      this.awake = Class.forName(Planted.class.getName(), true, loader).getField("awake");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A run of unchanged behaviour.
  RunResult sound(long seed, String scenario) {
    return run(0, seed, scenario);
  }

  RunResult run(Mutant mutant, long seed) {
    return run(mutants.indexOf(mutant) + 1, seed, mutant.scenario());
  }

  private RunResult run(int number, long seed, String scenario) {
    try {
      awake.setInt(null, number);
      return runs.run(seed, scenario);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
