package io.millrace.cli.operate;

import picocli.CommandLine.Option;

/// Whether a plan is only shown, and how it is carried out.
final class Execution {
  @Option(names = "--execute", description = "Carry the plan out; otherwise it is only shown.")
  boolean execute;

  @Option(
      names = "--throttle",
      paramLabel = "BYTES/S",
      description = "What each broker may copy a second (default: no limit).")
  long throttle = -1;

  @Option(
      names = "--no-wait",
      description = "Do not wait until all is copied; `partition status` shows how far it is.")
  boolean noWait;
}
