package io.millrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/// `millrace bench`: hands its arguments to the program of the `benchmark` room, in a JVM of its
/// own, because a load generator needs another heap than a command, and its CPU is accounted by
/// process.
@Command(name = "bench", description = "Measures Millrace against Apache Kafka on this machine.")
final class Bench implements Callable<Integer> {
  private static final String PROGRAM = "io.millrace.benchmark.Main";

  /// A fixed heap and the collector with the least to do beside the load.
  private static final List<String> JVM_FLAGS =
      List.of(
          "-Xms1g",
          "-Xmx1g",
          "-XX:+UseSerialGC",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  @Unmatched List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_FLAGS);
    String launcher = System.getProperty("millrace.launcher");
    if (launcher != null) {
      command.add("-Dmillrace.command=" + launcher);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), PROGRAM));
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
