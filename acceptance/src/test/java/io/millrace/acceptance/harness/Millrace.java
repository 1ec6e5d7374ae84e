package io.millrace.acceptance.harness;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/// The `millrace` command: the launcher script of the checkout, unless `millrace.command` names
/// another one.
public final class Millrace {
  private Millrace() {}

  /// An admin client that gives up soon: its node may be down.
  public static Admin admin(String bootstrap) {
    return Admin.create(
        Map.of(
            "bootstrap.servers", bootstrap,
            "default.api.timeout.ms", 5_000,
            "request.timeout.ms", 5_000));
  }

  /// The launcher script.
  public static Path launcher() {
    return Path.of(
        System.getProperty(
            "millrace.command", Suite.basedir().resolve("../millrace").normalize().toString()));
  }

  /// The command with its arguments, ready to run.
  public static Program command(String... arguments) {
    return Program.of(launcher(), arguments).within(Duration.ofSeconds(120));
  }
}
