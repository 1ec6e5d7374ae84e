package io.millrace.cli.sim;

import io.millrace.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// Hands its arguments to [SimMain] in a JVM of its own, because simulated clusters need another
/// heap than a command.
@Command(name = "sim", description = "Simulate whole clusters under faults, from seeds.")
public final class Sim implements Callable<Integer> {

  private static final List<String> JVM_FLAGS =
      List.of(
          "-Xms512m",
          "-Xmx2g",
          "-XX:+UseSerialGC",
          // Enums hash by identity, and hash tables are walked: if identities depended on what ran
          // before, so would the order of answers, and the trace.
          "-XX:+UnlockExperimentalVMOptions",
          "-XX:hashCode=2",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  /// For a single run, which is over before the second compiler's work pays; it does after some
  /// hundred.
  private static final String QUICK_COMPILER = "-XX:TieredStopAtLevel=1";

  @Unmatched List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_FLAGS);
    if (arguments.stream().anyMatch(each -> each.equals("--seed") || each.startsWith("--seed="))) {
      command.add(QUICK_COMPILER);
    }
    for (String name : List.of("millrace.tty", "log.level", "log.config")) {
      String value = System.getProperty(name);
      if (value != null) {
        command.add("-D" + name + "=" + value);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), SimMain.class.getName()));
    command.addAll(arguments);
    Process program = new ProcessBuilder(command).inheritIO().start();
    try {
      return program.waitFor();
    } catch (InterruptedException e) {
      program.destroy();
      Thread.currentThread().interrupt();
      return ExitCode.FAILED;
    }
  }
}
