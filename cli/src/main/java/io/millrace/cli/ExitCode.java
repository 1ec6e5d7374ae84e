package io.millrace.cli;

/// What the command's exit status means; scripts may rely on it.
public final class ExitCode {
  /// Done.
  public static final int OK = 0;

  /// The operation was tried and failed, or a part of it did.
  public static final int FAILED = 1;

  /// The command line or a configuration is wrong; nothing was tried.
  public static final int USAGE = 2;

  /// No node answered in time.
  public static final int UNREACHABLE = 3;

  private ExitCode() {}
}
