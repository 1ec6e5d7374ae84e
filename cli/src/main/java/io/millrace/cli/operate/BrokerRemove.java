package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.client.AdminCommand;
import io.millrace.cli.client.Failures;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace broker remove`.
@Command(
    name = "remove",
    description = "Forget a broker that is stopped for good and holds no replica any more.")
final class BrokerRemove extends AdminCommand {
  @Parameters(paramLabel = "ID", description = "The broker.")
  int id;

  @Option(names = "--force", description = "Even if it runs or partitions count on it.")
  boolean force;

  BrokerRemove(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    ObservedCluster cluster = ObservedCluster.of(admin);
    Node node = cluster.broker(id);
    long replicas =
        cluster.topics().values().stream()
            .flatMap(topic -> topic.partitions().stream())
            .filter(info -> ObservedCluster.replicas(info).contains(id))
            .count();
    if (!force && replicas > 0) {
      throw CommandFailure.failed(
          "broker " + id + " holds " + replicas + " replicas",
          "move them first: millrace broker drain " + id + " --execute");
    }
    if (!force && !node.isFenced()) {
      throw CommandFailure.failed(
          "broker " + id + " runs and would register again", "stop it first");
    }
    Failures.await("broker " + id, admin.unregisterBroker(id).all());
    if (json.wanted()) {
      console.json(Json.object("id", id, "removed", true));
    } else {
      console.line("broker " + id + " is forgotten");
    }
    return ExitCode.OK;
  }
}
