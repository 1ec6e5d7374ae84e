package io.millrace.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// What a command line printed and how it ended.
///
/// @param status the exit status
/// @param out standard output
/// @param err standard error
public record CommandRun(int status, String out, String err) {

  /// Runs a command line in this process, without input.
  public static CommandRun of(String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status = Main.run(Console.to(new ByteArrayInputStream(new byte[0]), out, err), args);
    return new CommandRun(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
