package io.millrace.cli.operate;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.metadata.balance.Balancer;
import io.millrace.metadata.balance.Goals;
import io.millrace.metadata.balance.Plan;
import io.millrace.metadata.balance.TrafficMeter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `millrace broker drain`.
@Command(
    name = "drain",
    description = {
      "Cordon a broker and move all its replicas and leaders to others.",
      "Shows what would move; --execute does it."
    })
final class BrokerDrain extends PlannedCommand {
  @Parameters(paramLabel = "ID", description = "The broker.")
  int id;

  @Mixin DiskMark disks = new DiskMark();

  BrokerDrain(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    ObservedCluster cluster = ObservedCluster.of(admin);
    boolean alive = !cluster.broker(id).isFenced();
    if (!execution.execute) {
      return finish(admin, plan(cluster));
    }
    if (alive && !cluster.isCordoned(id)) {
      // First, so that nothing new lands there meanwhile.
      BrokerCordon.set(admin, id, true);
    }
    if (execution.noWait) {
      return finish(admin, plan(ObservedCluster.of(admin)));
    }
    new DrainRounds(
            id,
            () -> plan(ObservedCluster.of(admin)),
            plan -> finish(admin, plan),
            Reassignment::pause)
        .run();
    return ExitCode.OK;
  }

  private Plan plan(ObservedCluster cluster) {
    return plan(cluster, id, Goals.EVACUATE.withFullPercent(disks.fullPercent()));
  }

  /// What takes everything from a broker. What somebody is taking from it already is asked for
  /// again, which changes nothing and is waited for.
  static Plan plan(ObservedCluster cluster, int id, Goals goals) {
    Plan plan = Balancer.plan(cluster.layout(Set.of(id), List.of(), new TrafficMeter()), goals);
    List<Plan.Change> changes = new ArrayList<>(plan.changes());
    cluster
        .moving()
        .forEach((partition, now) -> {
          if (now.removingReplicas().contains(id)
              && changes.stream().noneMatch(change -> change.partition().equals(partition))) {
            changes.add(
                new Plan.Change(
                    partition,
                    now.replicas(),
                    cluster.replicasToBe(partition),
                    0,
                    Plan.Goal.EVACUATION,
                    List.of("leaves broker " + id + " already")));
          }
        });
    return new Plan(changes, plan.stuck(), plan.notes(), plan.before(), plan.after());
  }

  /// Where it waits, it looks again.
  @Override
  protected void onOutdated(List<TopicPartition> partitions) {
    if (execution.noWait) {
      super.onOutdated(partitions);
    }
  }
}
