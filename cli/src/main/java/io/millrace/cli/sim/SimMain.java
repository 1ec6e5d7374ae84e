package io.millrace.cli.sim;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.simulation.RunLoader;
import io.millrace.simulation.explore.SeedRunner;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import picocli.CommandLine;

/// The process behind `millrace sim`.
public final class SimMain {

  private SimMain() {}

  public static void main(String[] args) {
    Console console = Console.system();
    int status = run(console, args);
    console.flush();
    System.exit(status);
  }

  /// Runs one command line.
  ///
  /// @return one of [ExitCode]
  static int run(Console console, String... args) {
    return run(console, () -> new RunLoader()::run, args);
  }

  static int run(Console console, Supplier<SeedRunner> runners, String... args) {
    CommandLine line = new CommandLine(new SimCommand(console, runners));
    line.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
    line.setUsageHelpWidth(100);
    line.setExecutionExceptionHandler((thrown, _, _) -> {
      if (thrown instanceof CommandFailure failure) {
        console.note("millrace: " + failure.message());
        console.note("  " + failure.remedy());
        return failure.exitCode();
      }
      console.note("millrace: the simulator itself failed; please report it with what follows");
      thrown.printStackTrace(console.err());
      return ExitCode.FAILED;
    });
    return line.execute(args);
  }
}
