package io.millrace.cli;

import org.jspecify.annotations.Nullable;

/// A failure that the user can understand and mend: what went wrong, and what to do about it.
/// Printed without a stack trace.
public final class CommandFailure extends RuntimeException {
  private final String remedy;
  private final int exitCode;

  public CommandFailure(int exitCode, String message, String remedy) {
    this(exitCode, message, remedy, null);
  }

  public CommandFailure(int exitCode, String message, String remedy, @Nullable Throwable cause) {
    super(message, cause);
    this.remedy = remedy;
    this.exitCode = exitCode;
  }

  /// The operation failed.
  public static CommandFailure failed(String message, String remedy) {
    return new CommandFailure(ExitCode.FAILED, message, remedy);
  }

  /// The command line or a configuration is wrong.
  public static CommandFailure usage(String message, String remedy) {
    return new CommandFailure(ExitCode.USAGE, message, remedy);
  }

  /// What the user can do; empty where the message says it all.
  public String remedy() {
    return remedy;
  }

  /// One of [ExitCode].
  public int exitCode() {
    return exitCode;
  }

  /// The message.
  public String message() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
