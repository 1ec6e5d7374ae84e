package io.millrace.server;

import java.util.List;

/// A node that cannot start as it is told to. The problems say what, where and what to do.
public final class NodeStartException extends Exception {
  private static final long serialVersionUID = 1L;

  private final List<String> problems;

  public NodeStartException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  public NodeStartException(String problem, Throwable cause) {
    super(problem, cause);
    this.problems = List.of(problem);
  }

  /// A sentence or two each.
  public List<String> problems() {
    return problems;
  }
}
