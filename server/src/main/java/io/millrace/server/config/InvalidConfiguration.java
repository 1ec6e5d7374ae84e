package io.millrace.server.config;

import java.util.List;
import java.util.stream.Collectors;

/// A node cannot start as configured. Carries every problem at once, so that nobody mends one to
/// meet the next.
public final class InvalidConfiguration extends Exception {

  private final transient List<ConfigProblem> problems;

  public InvalidConfiguration(List<ConfigProblem> problems) {
    super(
        problems.stream()
            .map(ConfigProblem::describe)
            .collect(Collectors.joining("\n", "The configuration cannot be used:\n", "")));
    this.problems = List.copyOf(problems);
  }

  /// In the order in which they were found; at least one.
  public List<ConfigProblem> problems() {
    return problems;
  }
}
