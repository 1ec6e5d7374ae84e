package io.millrace.cli.node;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.Logging;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `millrace start`: a node from a Kafka-style properties file, in the foreground.
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description = {
      "Run a node from a Kafka-style properties file, in the foreground, until SIGTERM.",
      "An empty data directory is formatted where the configuration names no other node;"
          + " otherwise --cluster-id says which cluster it belongs to."
    })
public final class StartCommand implements Callable<Integer>, PlainStart.Options {
  private final Console console;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Kafka's server.properties, as it is.")
  @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A property; wins over the file. Repeatable.")
  List<String> assignments = new ArrayList<>();

  @Mixin FormatChoices format = new FormatChoices();

  public StartCommand(Console console) {
    this.console = console;
  }

  @Override
  public boolean accept(String option, String value) {
    switch (option) {
      case "-c", "--config" -> config = Path.of(value);
      case "--set" -> assignments.add(value);
      default -> {
        return format.accept(option, value);
      }
    }
    return true;
  }

  @Override
  public Integer call() {
    if (config == null && assignments.isEmpty()) {
      throw CommandFailure.usage(
          "no configuration: -c FILE is missing",
          "`millrace dev` needs none; else copy config/server.properties and edit it");
    }
    Logging.forNode(console.err());
    Map<String, String> properties =
        config == null ? new LinkedHashMap<>() : NodeProperties.read(config);
    NodeProperties.override(properties, assignments);
    return NodeProcess.run(
        console,
        properties,
        format,
        node -> console.note("millrace: ready on " + NodeProcess.describe(node)));
  }
}
