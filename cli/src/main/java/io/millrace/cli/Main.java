package io.millrace.cli;

import io.millrace.cli.node.PlainStart;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// The entry point: runs a command line, and turns what came of it into an exit status.
///
/// This class must not load picocli: its 250 classes are too old for the AOT cache and cost more
/// than the rest of a node's start together. A node's plain command line and `--version` do without
/// ([PlainStart]); everything else goes to [CommandLines].
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Console console = Console.system();
    int status = run(console, args);
    console.flush();
    System.exit(status);
  }

  /// Runs one command line.
  ///
  /// @return one of [ExitCode]
  public static int run(Console console, String... args) {
    try {
      if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
        Version.lines().forEach(console::line);
        return ExitCode.OK;
      }
      @Nullable Callable<Integer> plain = PlainStart.of(console, args);
      return plain == null ? CommandLines.run(console, args) : call(console, plain);
    } finally {
      console.flush();
    }
  }

  private static int call(Console console, Callable<Integer> command) {
    try {
      return command.call();
    } catch (Exception e) {
      return failed(console, e);
    }
  }

  /// Says what went wrong, and what to do about it.
  static int failed(Console console, Exception thrown) {
    console.out().flush();
    if (thrown instanceof CommandFailure failure) {
      console.note("millrace: " + failure.message());
      if (!failure.remedy().isEmpty()) {
        console.note("  " + failure.remedy());
      }
      return failure.exitCode();
    }
    console.note("millrace: unexpected failure; please report it with what follows");
    thrown.printStackTrace(console.err());
    return ExitCode.FAILED;
  }
}
