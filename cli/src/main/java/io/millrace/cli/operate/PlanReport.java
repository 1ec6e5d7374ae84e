package io.millrace.cli.operate;

import io.millrace.cli.Console;
import io.millrace.cli.Json;
import io.millrace.metadata.balance.ByteCount;
import io.millrace.metadata.balance.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/// Shows a plan, to people or to programs.
final class PlanReport {
  private static final String COLUMNS = "%6s  %11s  %12s  %12s  %20s  %s";

  private PlanReport() {}

  static void print(Console console, Plan plan, boolean executed) {
    console.line(
        String.format(
            Locale.ROOT, COLUMNS, "broker", "replicas", "leaders", "disk", "written/s", "bytes"));
    for (int i = 0; i < plan.before().size(); i++) {
      Plan.Share before = plan.before().get(i);
      Plan.Share after = plan.after().get(i);
      console.line(
          String.format(
              Locale.ROOT,
              COLUMNS,
              before.broker(),
              change(before.replicas(), after.replicas()),
              change(before.leaders(), after.leaders()),
              disk(before, after),
              traffic(before, after),
              before.bytes() == after.bytes()
                  ? ByteCount.text(before.bytes())
                  : ByteCount.text(before.bytes()) + " -> " + ByteCount.text(after.bytes())));
    }
    for (Plan.Change change : plan.changes()) {
      console.line(
          change.partition()
              + "  "
              + change.from()
              + " -> "
              + change.to()
              + (change.copies() == 0 ? "" : "  copies " + ByteCount.text(change.bytesToCopy()))
              + "  "
              + String.join("; ", change.reasons()));
    }
    plan.stuck()
        .forEach(
            partition -> console.line(partition + "  stays: no open broker can take its replica"));
    plan.notes().forEach(console::line);
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
            + ByteCount.text(plan.bytesToCopy())
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
              "bytes_after", after.bytes(),
              "leader_bytes_per_second", before.bytesPerSecond(),
              "leader_bytes_per_second_after", after.bytesPerSecond(),
              "disk_percent", before.diskPercent(),
              "disk_percent_after", after.diskPercent()));
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
              "goal", change.goal().name().toLowerCase(Locale.ROOT),
              "reasons", change.reasons()));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("brokers", brokers);
    result.put("changes", changes);
    result.put("stuck", plan.stuck().stream().map(TopicPartition::toString).toList());
    result.put("notes", plan.notes());
    result.put("bytes_to_copy", plan.bytesToCopy());
    result.put("executed", executed);
    result.put("pending", pending);
    return result;
  }

  private static String disk(Plan.Share before, Plan.Share after) {
    return before.diskPercent() < 0
        ? "-"
        : change(before.diskPercent(), after.diskPercent()) + " %";
  }

  private static String traffic(Plan.Share before, Plan.Share after) {
    String now = ByteCount.text(before.bytesPerSecond());
    String then = ByteCount.text(after.bytesPerSecond());
    return now.equals(then) ? now : now + " -> " + then;
  }

  private static String change(long before, long after) {
    return before == after ? Long.toString(before) : before + " -> " + after;
  }
}
