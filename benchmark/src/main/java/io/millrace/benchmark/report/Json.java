package io.millrace.benchmark.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/// The report as one line of JSON, single runs included.
public final class Json {
  private final ObjectMapper mapper = new ObjectMapper();

  public String of(Report report) {
    ObjectNode root = mapper.createObjectNode();
    ObjectNode conditions = root.putObject("conditions");
    report.conditions().forEach(conditions::put);
    ArrayNode rows = root.putArray("rows");
    for (Report.Row row : report.rows()) {
      ObjectNode node = rows.addObject();
      node.put("name", row.name());
      node.put("title", row.title());
      node.put("result", row.isResult());
      ObjectNode brokers = node.putObject("brokers");
      for (int i = 0; i < row.logs().size(); i++) {
        broker(row, row.logs().get(i), brokers.putObject(report.brokers().get(i)));
      }
    }
    return root.toString();
  }

  private static void broker(Report.Row row, RunLog log, ObjectNode node) {
    ObjectNode medians = node.putObject("medians");
    for (Metric metric : row.metrics()) {
      log.figure(metric).ifPresent(value -> medians.put(key(metric), value));
    }
    node.put("quiet_runs", log.quiet().size());
    ArrayNode runs = node.putArray("runs");
    for (Measurement run : log.runs()) {
      ObjectNode values = runs.addObject();
      run.values().forEach((metric, value) -> values.put(key(metric), value));
      values.put("foreign", run.foreign());
      values.put("checked", run.checked());
    }
    ArrayNode failures = node.putArray("failures");
    log.failures().forEach(failures::add);
  }

  private static String key(Metric metric) {
    return metric.name().toLowerCase(Locale.ROOT);
  }
}
