package io.millrace.benchmark;

import io.millrace.benchmark.report.Json;
import io.millrace.benchmark.report.Report;
import io.millrace.benchmark.report.Table;
import io.millrace.benchmark.row.Row;
import io.millrace.benchmark.row.Rows;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// The program behind `millrace bench`. The table goes to standard output, progress to standard
/// error. Exit codes: 0, every row is a result; 1, a run failed; 2, wrong usage; 3, a row was too
/// noisy to be a result.
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures Millrace against Apache Kafka on this machine.",
    footer = {
      "",
      "Both brokers run side by side, take turns (A, B, A, B), and get the same pre-encoded"
          + " requests. CPU, memory and context switches are read from /proc. A run during which"
          + " other programs took much of the machine is no result."
    })
public final class Main implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int NOISY = 3;

  @Mixin Options options = new Options();
  @CommandLine.Spec CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  private Main() {}

  public static void main(String[] args) {
    // Clients lose connections here on purpose; what matters of it ends a run and is told.
    if (System.getProperty("slf4j.provider") == null) {
      System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
      System.setProperty("slf4j.internal.verbosity", "WARN");
    }
    System.exit(
        new CommandLine(new Main())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(Main::failed)
            .execute(args));
  }

  /// What the user can understand is said in a line, what is a bug with its stack trace.
  private static int failed(Exception thrown, CommandLine command, ParseResult parsed) {
    if (thrown instanceof IOException) {
      System.err.println("bench: " + thrown.getMessage());
    } else {
      thrown.printStackTrace();
    }
    return FAILED;
  }

  @Override
  public Integer call() throws IOException {
    List<Row> rows = chosen();
    if (options.list) {
      rows.forEach(row -> System.out.printf("%-14s %s%n", row.name(), row.title()));
      return 0;
    }
    Report report;
    try (Field field = Field.prepare(options)) {
      report = new Comparison(field, options).run(rows);
    }
    System.out.println(
        switch (options.format()) {
          case TEXT -> new Table(report).text();
          case MARKDOWN -> new Table(report).markdown();
          case JSON -> new Json().of(report);
        });
    if (report.failed()) {
      return FAILED;
    }
    return report.rows().stream().allMatch(Report.Row::isResult) ? 0 : NOISY;
  }

  private List<Row> chosen() {
    List<Row> all = Rows.all();
    for (String name : options.rows) {
      if (all.stream().noneMatch(row -> row.name().startsWith(name))) {
        throw new ParameterException(
            spec.commandLine(), "no row begins with '" + name + "'; --list shows the rows");
      }
    }
    return all.stream().filter(this::isChosen).toList();
  }

  private boolean isChosen(Row row) {
    return options.rows.isEmpty()
        ? options.list || !row.onlyByName()
        : options.rows.stream().anyMatch(name -> row.name().startsWith(name));
  }
}
