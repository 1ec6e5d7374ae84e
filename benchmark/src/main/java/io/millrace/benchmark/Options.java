package io.millrace.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of `millrace bench`.
public final class Options {
  private static final int FULL_RUNS = 3;
  private static final int QUICK_RUNS = 2;

  /// How the outcome is printed.
  public enum Format {
    /// Columns for a terminal.
    TEXT,
    /// For a README.
    MARKDOWN,
    /// One line, single runs included.
    JSON
  }

  @Option(
      names = "--rows",
      split = ",",
      paramLabel = "ROW",
      description =
          "Only these rows, by name or beginning of it (--list shows them; default: all but failover).")
  List<String> rows = new ArrayList<>();

  @Option(names = "--list", description = "List the rows and end.")
  boolean list;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description =
          "Runs of each row on each broker that count; long rows get fewer (default: 3, with"
              + " --quick 2).")
  @Nullable Integer runs;

  @Option(names = "--quick", description = "Small loads: a look, not a result.")
  boolean quick;

  @Option(
      names = "--against",
      defaultValue = "kafka",
      paramLabel = "BROKER",
      description = "kafka, none, or the path of another millrace command (default: kafka).")
  String against = "kafka";

  @Option(
      names = "--millrace",
      paramLabel = "PATH",
      description = "The millrace command to measure, or none (default: ./millrace).")
  String millrace = System.getProperty("millrace.command", "./millrace");

  @Option(
      names = "--kafka-version",
      defaultValue = "4.3.1",
      paramLabel = "VERSION",
      description = "Which Apache Kafka Maven fetches (default: ${DEFAULT-VALUE}).")
  String kafkaVersion = "4.3.1";

  @Option(
      names = "--kafka-lib",
      paramLabel = "DIR",
      description = "A directory with Apache Kafka's jars, instead of fetching them.")
  @Nullable Path kafkaLib;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the brokers keep their data, removed at the end (default: temporary).")
  @Nullable Path dir;

  @Option(
      names = "--max-noise",
      defaultValue = "10",
      paramLabel = "PERCENT",
      description =
          "How much of the machine other work may take in a run that counts (default:"
              + " ${DEFAULT-VALUE}).")
  double maxNoisePercent;

  @Option(
      names = "--jvm-opts",
      split = " ",
      paramLabel = "FLAGS",
      description = "More JVM options for every broker, such as those that profilers need.")
  List<String> jvmOptions = new ArrayList<>();

  @Option(
      names = "--format",
      defaultValue = "TEXT",
      paramLabel = "FORMAT",
      description = "text, markdown or json (default: text).")
  Format format = Format.TEXT;

  @Option(names = "--json", description = "As --format json.")
  boolean json;

  @Option(names = "--markdown", description = "As --format markdown.")
  boolean markdown;

  int runs() {
    return runs != null ? runs : quick ? QUICK_RUNS : FULL_RUNS;
  }

  Format format() {
    return json ? Format.JSON : markdown ? Format.MARKDOWN : format;
  }
}
