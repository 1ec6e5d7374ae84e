package io.millrace.acceptance.harness;

import java.nio.file.Path;
import java.time.Duration;

/// The `millrace` command: the launcher script of the checkout, unless `millrace.command` names
/// another one.
public final class Millrace {
  private Millrace() {}

  /// The command with its arguments, ready to run.
  public static Program command(String... arguments) {
    String launcher =
        System.getProperty(
            "millrace.command", Suite.basedir().resolve("../millrace").normalize().toString());
    return Program.of(Path.of(launcher), arguments).within(Duration.ofSeconds(120));
  }
}
