package io.millrace.cli;

import picocli.CommandLine.Option;

/// The `--json` switch that every command with a result has.
public final class JsonOption {
  @Option(names = "--json", description = "Print the result as JSON, one object a line.")
  boolean json;

  /// Whether the result goes to a program.
  public boolean wanted() {
    return json;
  }
}
