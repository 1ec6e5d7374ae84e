package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.client.AdminCommand;
import io.millrace.metadata.balance.Plan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Mixin;

/// A command that changes replicas by a plan: shown first, carried out with `--execute`.
abstract class PlannedCommand extends AdminCommand {
  @Mixin Execution execution = new Execution();

  PlannedCommand(Console console) {
    super(console);
  }

  /// Shows the plan, and carries it out if that was asked for.
  final int finish(Admin admin, Plan plan) {
    if (execution.execute && !json.wanted()) {
      PlanReport.print(console, plan, true);
      console.flush();
    }
    Reassignment.Outcome outcome = new Reassignment.Outcome(0, 0, List.of());
    if (execution.execute) {
      Map<TopicPartition, List<Integer>> current = new LinkedHashMap<>();
      Map<TopicPartition, List<Integer>> target = new LinkedHashMap<>();
      for (Plan.Change change : plan.changes()) {
        current.put(change.partition(), change.from());
        target.put(change.partition(), change.to());
      }
      outcome =
          new Reassignment(admin, line -> progress = line)
              .run(current, target, execution, mayChangeFactor());
    }
    report(plan, outcome);
    if (!plan.stuck().isEmpty()) {
      throw CommandFailure.failed(
          plan.stuck().size() + " partitions have a replica that no open broker can take",
          "add a broker, or uncordon one: millrace broker list");
    }
    if (!outcome.outdated().isEmpty()) {
      onOutdated(outcome.outdated());
    }
    return ExitCode.OK;
  }

  /// Whether the command may give a partition more or fewer replicas than it has.
  protected boolean mayChangeFactor() {
    return false;
  }

  /// Partitions have got another number of replicas since the plan was made, and keep what they
  /// have.
  protected void onOutdated(List<TopicPartition> partitions) {
    throw CommandFailure.failed(
        partitions + " changed since the plan was made", "run the command again");
  }

  private void report(Plan plan, Reassignment.Outcome outcome) {
    if (json.wanted()) {
      console.json(PlanReport.json(plan, execution.execute, outcome.pending()));
    } else if (!execution.execute) {
      PlanReport.print(console, plan, false);
    } else if (outcome.pending() > 0) {
      console.line(outcome.pending() + " partitions still copy: millrace partition status");
    } else if (outcome.partitions() > 0) {
      console.line("Done.");
    }
  }
}
