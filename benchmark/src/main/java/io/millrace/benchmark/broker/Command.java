package io.millrace.benchmark.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Runs a program to its end.
final class Command {
  private Command() {}

  /// Runs `command` in `directory`; an exit code other than 0 is an error that shows the output.
  static void run(List<String> command, Path directory) throws IOException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code;
    try {
      code = process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (code != 0) {
      throw new IOException(
          "exit code %d from %s\n%s".formatted(code, String.join(" ", command), output));
    }
  }
}
