package io.millrace.benchmark;

import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.report.Report;
import io.millrace.benchmark.report.RunLog;
import io.millrace.benchmark.row.Row;
import io.millrace.benchmark.row.Scale;
import io.millrace.benchmark.row.Trial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// Runs rows on all brokers in turns: A, B, A, B. A row goes on until every broker has as many
/// quiet runs as asked for (or as the row gets at most), or twice as many runs are over.
final class Comparison {
  private static final int PERCENT = 100;
  private static final Set<Metric> HEADLINE =
      EnumSet.of(
          Metric.MEGABYTES_PER_SECOND,
          Metric.REQUESTS_PER_SECOND,
          Metric.SECONDS,
          Metric.CPU_SECONDS_PER_GB,
          Metric.CPU_MICROS_PER_REQUEST,
          Metric.P99_MS,
          Metric.GAP_MAX_MS,
          Metric.RSS_MB);

  private final Field field;
  private final Options options;
  private final Scale scale;
  private final int runs;
  private int number;

  Comparison(Field field, Options options) {
    this.field = field;
    this.options = options;
    this.scale = options.quick ? Scale.QUICK : Scale.FULL;
    this.runs = options.runs();
  }

  Report run(List<Row> rows) throws IOException {
    List<Report.Row> results = new ArrayList<>();
    for (Row row : rows) {
      results.add(run(row));
    }
    return new Report(
        Conditions.of(field.brokers(), options, runs),
        field.brokers().stream().map(BrokerUnderTest::name).toList(),
        results);
  }

  private Report.Row run(Row row) throws IOException {
    List<BrokerUnderTest> brokers = field.brokers();
    List<RunLog> logs = new ArrayList<>();
    for (BrokerUnderTest _ : brokers) {
      logs.add(new RunLog(options.maxNoisePercent / PERCENT));
    }
    if (row.takesTurns()) {
      play(row, brokers, logs);
    } else {
      for (int i = 0; i < brokers.size(); i++) {
        play(row, List.of(brokers.get(i)), List.of(logs.get(i)));
      }
    }
    return new Report.Row(row.name(), row.title(), logs);
  }

  private void play(Row row, List<BrokerUnderTest> brokers, List<RunLog> logs) throws IOException {
    for (int i = 0; i < brokers.size(); i++) {
      prepare(row, brokers.get(i), logs.get(i));
    }
    int wanted = Math.min(runs, row.mostRuns());
    for (int round = 1; round <= 2 * wanted && wanting(logs, wanted); round++) {
      for (int i = 0; i < brokers.size(); i++) {
        if (logs.get(i).failures().isEmpty()) {
          measure(row, brokers.get(i), logs.get(i), round + "/" + wanted);
        }
      }
    }
    for (BrokerUnderTest broker : brokers) {
      finish(row, broker);
    }
  }

  private boolean wanting(List<RunLog> logs, int wanted) {
    return logs.stream().anyMatch(log -> log.failures().isEmpty() && log.quiet().size() < wanted);
  }

  private void prepare(Row row, BrokerUnderTest broker, RunLog log) throws IOException {
    stage(row, broker);
    try {
      row.prepare(trial(broker));
      if (row.warms()) {
        row.run(trial(broker));
      }
    } catch (LoadException | IllegalStateException | IOException | UncheckedIOException e) {
      failed(row, broker, log, e);
    }
  }

  private void measure(Row row, BrokerUnderTest broker, RunLog log, String round)
      throws IOException {
    stage(row, broker);
    try {
      broker.settle();
      Measurement run = row.run(trial(broker));
      log.add(run);
      progress(row, broker, run, round);
    } catch (LoadException | IllegalStateException | IOException | UncheckedIOException e) {
      failed(row, broker, log, e);
    }
  }

  private void finish(Row row, BrokerUnderTest broker) throws IOException {
    stage(row, broker);
    try {
      row.finish(trial(broker));
    } catch (LoadException | IOException | UncheckedIOException e) {
      System.err.printf(
          "bench: %s on %s left something behind: %s%n", row.name(), broker.name(), e);
    }
  }

  /// Puts on the stage whom the row needs: everybody, or one broker alone.
  private void stage(Row row, BrokerUnderTest broker) throws IOException {
    for (BrokerUnderTest each : field.brokers()) {
      if (!row.alone()) {
        each.ensureRunning();
      } else if (each != broker && each.isRunning()) {
        each.settle();
        each.stop();
      }
    }
  }

  private Trial trial(BrokerUnderTest broker) {
    List<Long> others =
        field.brokers().stream()
            .filter(each -> each != broker && each.isRunning())
            .map(BrokerUnderTest::pid)
            .toList();
    return new Trial(broker, others, scale, ++number);
  }

  private void failed(Row row, BrokerUnderTest broker, RunLog log, Exception e) {
    String reason = e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause();
    log.fail(String.valueOf(reason));
    System.err.printf("bench: %-13s %-9s FAILED: %s%n", row.name(), broker.name(), reason);
    for (BrokerUnderTest each : field.brokers()) {
      if (each.hasDied()) {
        System.err.printf("bench: %s has died; its output ends:%n%s%n", each.name(), each.tail());
      }
    }
  }

  private void progress(Row row, BrokerUnderTest broker, Measurement run, String round) {
    StringBuilder text = new StringBuilder();
    run.values()
        .forEach((metric, value) -> {
          if (HEADLINE.contains(metric)) {
            text.append(metric.format(value)).append(' ').append(metric.unit()).append(", ");
          }
        });
    System.err.printf(
        "bench: %-13s %-9s run %s: %sother work %.0f %%%s%s%n",
        row.name(),
        broker.name(),
        round,
        text,
        PERCENT * run.foreign(),
        run.noisy(options.maxNoisePercent / PERCENT) ? " (noisy, does not count)" : "",
        row.tellsRuns() ? "; " + run.checked() : "");
  }
}
