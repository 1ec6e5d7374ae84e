package io.millrace.cli.node;

import io.millrace.cli.Console;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// Reads the command line of a node's start without picocli, where every word is plain: an option
/// that takes a value, then the value. Everything else (help, flags, mistakes) is left to picocli,
/// which knows the same options by their annotations and explains itself.
public final class PlainStart {
  /// A command that can be told its options one by one.
  interface Options {
    /// Takes one option.
    ///
    /// @return false if this is no option with a value
    /// @throws IllegalArgumentException if the value is wrong
    boolean accept(String option, String value);
  }

  private PlainStart() {}

  /// The command for this command line, ready to run.
  ///
  /// @return null if it is another command, or not plain
  public static @Nullable Callable<Integer> of(Console console, String... args) {
    return switch (args.length == 0 ? "" : args[0]) {
      case "dev" -> {
        var command = new DevCommand(console);
        yield readAll(command, args) ? command : null;
      }
      case "start" -> {
        var command = new StartCommand(console);
        yield readAll(command, args) ? command : null;
      }
      default -> null;
    };
  }

  private static boolean readAll(Options command, String... args) {
    for (int i = 1; i < args.length; i++) {
      String option = args[i];
      String value;
      int equals = option.indexOf('=');
      if (option.startsWith("--") && equals > 0) {
        value = option.substring(equals + 1);
        option = option.substring(0, equals);
      } else if (i + 1 < args.length && !args[i + 1].startsWith("-")) {
        value = args[++i];
      } else {
        return false;
      }
      try {
        if (!command.accept(option, value)) {
          return false;
        }
      } catch (IllegalArgumentException _) {
        return false;
      }
    }
    return true;
  }
}
