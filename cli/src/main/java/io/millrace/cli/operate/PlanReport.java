package io.millrace.cli.operate;

import io.millrace.cli.Console;
import io.millrace.cli.Json;
import io.millrace.metadata.balance.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/// Shows a plan, to people or to programs.
final class PlanReport {
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

  private PlanReport() {}

  static void print(Console console, Plan plan, boolean executed) {
    console.line("broker     replicas       leaders         bytes");
    for (int i = 0; i < plan.before().size(); i++) {
      Plan.Share before = plan.before().get(i);
      Plan.Share after = plan.after().get(i);
      console.line(
          String.format(
              Locale.ROOT,
              "%6d  %11s  %12s  %s",
              before.broker(),
              change(before.replicas(), after.replicas()),
              change(before.leaders(), after.leaders()),
              before.bytes() == after.bytes()
                  ? bytes(before.bytes())
                  : bytes(before.bytes()) + " -> " + bytes(after.bytes())));
    }
    for (Plan.Change change : plan.changes()) {
      console.line(
          change.partition()
              + "  "
              + change.from()
              + " -> "
              + change.to()
              + (change.copies() == 0 ? "" : "  copies " + bytes(change.bytesToCopy()))
              + "  "
              + String.join("; ", change.reasons()));
    }
    plan.stuck()
        .forEach(
            partition -> console.line(partition + "  stays: no open broker can take its replica"));
    console.line(summary(plan, executed));
  }

  private static String summary(Plan plan, boolean executed) {
    if (plan.changes().isEmpty()) {
      return "Nothing to change.";
    }
    String what =
        plan.changes().size()
            + (plan.changes().size() == 1 ? " partition" : " partitions")
            + ", "
            + bytes(plan.bytesToCopy())
            + " to copy.";
    return executed ? what : what + " Nothing was changed yet: --execute carries it out.";
  }

  static Map<String, Object> json(Plan plan, boolean executed, int pending) {
    List<Object> brokers = new ArrayList<>();
    for (int i = 0; i < plan.before().size(); i++) {
      Plan.Share before = plan.before().get(i);
      Plan.Share after = plan.after().get(i);
      brokers.add(
          Json.object(
              "id", before.broker(),
              "replicas", before.replicas(),
              "replicas_after", after.replicas(),
              "leaders", before.leaders(),
              "leaders_after", after.leaders(),
              "bytes", before.bytes(),
              "bytes_after", after.bytes()));
    }
    List<Object> changes = new ArrayList<>();
    for (Plan.Change change : plan.changes()) {
      changes.add(
          Json.object(
              "topic", change.partition().topic(),
              "partition", change.partition().partition(),
              "from", change.from(),
              "to", change.to(),
              "bytes_to_copy", change.bytesToCopy(),
              "reasons", change.reasons()));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("brokers", brokers);
    result.put("changes", changes);
    result.put("stuck", plan.stuck().stream().map(TopicPartition::toString).toList());
    result.put("bytes_to_copy", plan.bytesToCopy());
    result.put("executed", executed);
    result.put("pending", pending);
    return result;
  }

  private static String change(long before, long after) {
    return before == after ? Long.toString(before) : before + " -> " + after;
  }

  /// Such as `1.5 MB`; powers of 1000.
  static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }
}
