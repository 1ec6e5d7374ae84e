package io.millrace.benchmark.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/// The one table of medians: a line a metric, a column a broker, and the ratio of the first broker
/// to the second. What is no result is marked with `~` and explained below.
public final class Table {
  private final Report report;

  public Table(Report report) {
    this.report = report;
  }

  /// For a terminal: columns aligned with blanks.
  public String text() {
    List<List<String>> lines = lines();
    int columns = lines.getFirst().size();
    int[] width = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < columns; i++) {
        width[i] = Math.max(width[i], line.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    conditions("  ", out);
    String previous = "";
    for (List<String> line : lines) {
      if (!line.getFirst().isEmpty() && !previous.isEmpty()) {
        out.append('\n');
      }
      previous = "row";
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String blanks = " ".repeat(width[i] - line.get(i).length());
        row.append(i < 2 ? line.get(i) + blanks : blanks + line.get(i)).append("  ");
      }
      out.append(row.toString().stripTrailing()).append('\n');
    }
    notes("  ", out);
    return out.toString();
  }

  /// For a README.
  public String markdown() {
    StringBuilder out = new StringBuilder();
    conditions("- ", out);
    boolean head = true;
    for (List<String> line : lines()) {
      out.append("| ").append(String.join(" | ", line)).append(" |\n");
      if (head) {
        out.append("|---|---").append("|---:".repeat(line.size() - 2)).append("|\n");
        head = false;
      }
    }
    notes("- ", out);
    return out.toString();
  }

  private List<List<String>> lines() {
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("row", "metric"));
    head.addAll(report.brokers());
    if (compares()) {
      head.add("ratio");
    }
    lines.add(head);
    for (Report.Row row : report.rows()) {
      boolean first = true;
      for (Metric metric : row.metrics()) {
        lines.add(line(row, metric, first));
        first = false;
      }
    }
    return lines;
  }

  private List<String> line(Report.Row row, Metric metric, boolean first) {
    String mark = row.isResult() ? "" : " ~";
    List<String> line = new ArrayList<>();
    line.add(first ? row.name() + mark : "");
    line.add(metric.label() + " " + metric.unit());
    List<OptionalDouble> medians = row.logs().stream().map(log -> log.figure(metric)).toList();
    for (OptionalDouble median : medians) {
      line.add(median.isPresent() ? metric.format(median.getAsDouble()) : "-");
    }
    if (compares()) {
      line.add(ratio(medians.get(0), medians.get(1)));
    }
    return line;
  }

  private static String ratio(OptionalDouble ours, OptionalDouble theirs) {
    if (ours.isEmpty() || theirs.isEmpty() || theirs.getAsDouble() == 0) {
      return "-";
    }
    return String.format(Locale.ROOT, "%.2f", ours.getAsDouble() / theirs.getAsDouble());
  }

  private boolean compares() {
    return report.brokers().size() == 2;
  }

  private void conditions(String bullet, StringBuilder out) {
    report
        .conditions()
        .forEach((name, value) ->
            out.append(bullet).append(name).append(": ").append(value).append('\n'));
    out.append('\n');
  }

  private void notes(String bullet, StringBuilder out) {
    out.append('\n');
    if (compares()) {
      out.append(bullet)
          .append(
              "medians; ratio = %s / %s\n"
                  .formatted(report.brokers().get(0), report.brokers().get(1)));
    }
    for (Report.Row row : report.rows()) {
      out.append(bullet).append(row.name()).append(": ").append(row.title()).append('\n');
      for (int i = 0; i < row.logs().size(); i++) {
        out.append(bullet.isBlank() ? bullet + "  " : "  " + bullet)
            .append(report.brokers().get(i))
            .append(": ")
            .append(verdict(row.logs().get(i)))
            .append('\n');
      }
    }
  }

  private static String verdict(RunLog log) {
    int quiet = log.quiet().size();
    int runs = log.runs().size();
    StringBuilder text = new StringBuilder();
    text.append("%d of %d runs quiet".formatted(quiet, runs));
    text.append(", other work at most %.0f %% of the machine".formatted(100 * log.worstForeign()));
    if (runs > 0) {
      text.append("; ").append(log.runs().getLast().checked());
    }
    if (quiet == 0 && runs > 0) {
      text.append("; NOISY, not a result");
    }
    for (String failure : log.failures()) {
      text.append("; FAILED: ").append(failure);
    }
    return text.toString();
  }
}
