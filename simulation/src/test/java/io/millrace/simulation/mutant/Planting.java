package io.millrace.simulation.mutant;

import io.millrace.simulation.rewrite.DeterministicLoader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Plants the bugs of all mutants into the classes of a loader. A mutant's number is its place in
/// the list, from 1. Immutable.
final class Planting implements DeterministicLoader.ClassChange {

  private record Numbered(int number, Edit edit) {}

  private final Map<String, List<Numbered>> byClass = new LinkedHashMap<>();

  Planting(List<Mutant> mutants) {
    for (int i = 0; i < mutants.size(); i++) {
      for (Edit edit : mutants.get(i).edits()) {
        byClass
            .computeIfAbsent(edit.owner(), _ -> new java.util.ArrayList<>())
            .add(new Numbered(i + 1, edit));
      }
    }
  }

  Iterable<String> classes() {
    return byClass.keySet();
  }

  @Override
  public byte[] apply(String name, byte[] classFile) {
    byte[] changed = classFile;
    for (Numbered one : byClass.getOrDefault(name, List.of())) {
      changed = one.edit().plant(changed, one.number());
    }
    return changed;
  }
}
