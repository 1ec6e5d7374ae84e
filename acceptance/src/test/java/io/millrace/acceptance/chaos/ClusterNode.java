package io.millrace.acceptance.chaos;

import io.millrace.acceptance.harness.Millrace;
import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One node's process, its properties and its directories. What it prints is appended to one file
/// over all its lives.
final class ClusterNode {
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

  private final int id;
  private final Path directory;
  private final Wires wires;
  private final List<String> formatOptions;
  private @Nullable Process process;

  /// @param formatOptions what `millrace start` is told for an empty directory
  ClusterNode(int id, Path directory, Wires wires, List<String> formatOptions) {
    this.id = id;
    this.directory = directory;
    this.wires = wires;
    this.formatOptions = formatOptions;
  }

  int id() {
    return id;
  }

  Path properties() {
    return directory.resolve("node-" + id + ".properties");
  }

  Path logDir() {
    return directory.resolve("node-" + id);
  }

  Path output() {
    return directory.resolve("node-" + id + ".out");
  }

  void write(Map<String, String> settings) {
    StringBuilder text = new StringBuilder();
    settings.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    try {
      Files.writeString(properties(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Starts it; does not wait.
  void start() {
    wires.lives(id);
    List<String> command = new ArrayList<>(wires.commandPrefix(id));
    List<String> options = wires.jvmOptions(id);
    switch (Suite.judged()) {
      case MILLRACE -> {
        command.addAll(
            List.of(Millrace.launcher().toString(), "start", "-c", properties().toString()));
        command.addAll(formatOptions);
      }
      case KAFKA -> {
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx400m");
        command.addAll(options);
        command.addAll(List.of("-cp", Suite.classPath(), "kafka.Kafka", properties().toString()));
      }
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
            .redirectErrorStream(true);
    builder.environment().put("MILLRACE_OPTS", String.join(" ", options));
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /// SIGKILL.
  void kill() {
    if (process != null) {
      wires.dies(id);
      process.destroyForcibly();
      awaitEnd(process);
    }
  }

  /// SIGTERM, and waits for the end.
  void stop() {
    if (process != null) {
      process.destroy();
      awaitEnd(process);
      wires.dies(id);
    }
  }

  private static void awaitEnd(Process process) {
    try {
      if (!process.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("process " + process.pid() + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// SIGSTOP.
  void freeze() {
    signal("STOP");
  }

  /// SIGCONT.
  void thaw() {
    signal("CONT");
  }

  private void signal(String name) {
    if (process != null) {
      Program.ofSystem("kill", "procps", "-" + name, Long.toString(process.pid()))
          .run()
          .expectSuccess();
    }
  }

  /// The output's last lines, for a failure's message.
  String tail() {
    try {
      List<String> lines = Files.readAllLines(output());
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
