package io.millrace.cli;

import java.util.logging.LogManager;

/// A log manager that reads no configuration of the JDK's and keeps its handlers until the very
/// end: the JDK's own drops them at the beginning of the shutdown, and with them what a node says
/// while it closes.
public final class ProcessLogManager extends LogManager {
  @Override
  public void readConfiguration() {}

  @Override
  public void reset() {}
}
