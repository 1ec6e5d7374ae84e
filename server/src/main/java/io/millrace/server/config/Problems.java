package io.millrace.server.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Gathers what is wrong with a configuration. A key that is already known to be wrong is not
/// complained of twice.
final class Problems {

  private final List<ConfigProblem> found = new ArrayList<>();
  private final Set<String> keys = new HashSet<>();

  void add(ConfigProblem problem) {
    if (keys.add(problem.key())) {
      found.add(problem);
    }
  }

  void add(String key, @Nullable Object value, String reason, String remedy) {
    add(new ConfigProblem(key, value == null ? null : value.toString(), reason, remedy));
  }

  /// Adds the problem unless `holds`.
  void require(boolean holds, String key, @Nullable Object value, String reason, String remedy) {
    if (!holds) {
      add(key, value, reason, remedy);
    }
  }

  boolean concerns(String key) {
    return keys.contains(key);
  }

  boolean none() {
    return found.isEmpty();
  }

  List<ConfigProblem> list() {
    return found;
  }
}
