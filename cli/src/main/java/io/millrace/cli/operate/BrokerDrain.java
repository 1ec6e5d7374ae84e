package io.millrace.cli.operate;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.metadata.balance.Balancer;
import io.millrace.metadata.balance.Goals;
import io.millrace.metadata.balance.Plan;
import io.millrace.metadata.balance.TrafficMeter;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
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
    return Balancer.plan(
        cluster.layout(Set.of(id), List.of(), new TrafficMeter()),
        Goals.EVACUATE.withFullPercent(disks.fullPercent()));
  }
}
