package io.millrace.cli.node;

import io.millrace.cli.Console;
import io.millrace.cli.Logging;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `millrace dev`: one node for development, no configuration, on this machine only.
@Command(
    name = "dev",
    mixinStandardHelpOptions = true,
    description = {
      "Run one node for development on 127.0.0.1, reachable from this machine only.",
      "Data is kept between runs; the start says where."
    })
public final class DevCommand implements Callable<Integer>, PlainStart.Options {
  /// The controller listens this far above the node's port, as in `cluster start`.
  static final int CONTROLLER_PORT_OFFSET = 100;

  /// And metrics this far.
  static final int METRICS_PORT_OFFSET = 200;

  private final Console console;

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description =
          "Where clients connect; the controller is 100 above, metrics 200 (default: 9092).")
  int port = 9092;

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      description = "Where data lies (default: ~/.local/share/millrace/dev).")
  @Nullable Path dir;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A property in Kafka's words. Repeatable.")
  List<String> assignments = new ArrayList<>();

  public DevCommand(Console console) {
    this.console = console;
  }

  @Override
  public boolean accept(String option, String value) {
    switch (option) {
      case "-p", "--port" -> port = Integer.parseInt(value);
      case "-d", "--dir" -> dir = Path.of(value);
      case "--set" -> assignments.add(value);
      default -> {
        return false;
      }
    }
    return true;
  }

  @Override
  public Integer call() {
    Logging.forDevelopment(console.err());
    Path data =
        (dir == null ? defaultDirectory(System.getenv()) : dir).toAbsolutePath().normalize();
    Map<String, String> properties =
        NodeProperties.local(1, port, port + CONTROLLER_PORT_OFFSET, data);
    properties.put("metrics.listener", "127.0.0.1:" + (port + METRICS_PORT_OFFSET));
    NodeProperties.override(properties, assignments);
    return NodeProcess.run(console, properties, new FormatChoices(), _ -> ready(properties));
  }

  private void ready(Map<String, String> properties) {
    console.line(
        String.format(
            Locale.ROOT,
            "Millrace is ready on 127.0.0.1:%d after %.2f s. Ctrl-C ends it.",
            port,
            secondsSinceStart()));
    console.line("Data: " + properties.get("log.dirs"));
    console.line("Metrics: http://" + properties.get("metrics.listener") + "/metrics");
    String at = port == 9092 ? "" : " -b 127.0.0.1:" + port;
    console.line("Try:  echo 'hello' | ./millrace produce greetings" + at);
    console.line("      ./millrace consume greetings --from-beginning" + at);
    console.flush();
  }

  /// From the launcher's exec of this JVM where it says when that was, else from the process's
  /// start.
  private static double secondsSinceStart() {
    String exec = System.getProperty("millrace.exec", "");
    double now = System.currentTimeMillis() / 1e3;
    if (exec.matches("\\d+[.,]\\d+")) {
      return now - Double.parseDouble(exec.replace(',', '.'));
    }
    Instant start = ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
    return now - start.toEpochMilli() / 1e3;
  }

  /// The XDG data directory's `millrace/dev`.
  static Path defaultDirectory(Map<String, String> environment) {
    String data = environment.get("XDG_DATA_HOME");
    if (data != null && data.startsWith("/")) {
      return Path.of(data, "millrace", "dev");
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    return Path.of(home, ".local", "share", "millrace", "dev");
  }
}
