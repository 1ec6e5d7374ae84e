package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.client.AdminCommand;
import io.millrace.cli.client.Failures;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import org.apache.kafka.clients.admin.RaftVoterEndpoint;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace quorum add`.
@Command(
    name = "add",
    description = {
      "Make a controller that observes the quorum a voter.",
      "Start it first (with --no-initial-controllers), so that it has caught up."
    })
final class QuorumAdd extends AdminCommand {
  @Parameters(paramLabel = "ID", description = "The controller's node id.")
  int id;

  @Option(
      names = "--endpoint",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Where the other voters reach it.")
  String endpoint = "";

  @Option(
      names = "--listener",
      paramLabel = "NAME",
      description = "The controller listener (default: the one of the leader).")
  @Nullable String listener;

  QuorumAdd(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    int colon = endpoint.lastIndexOf(':');
    if (colon < 1
        || endpoint.contains("://")
        || !endpoint.substring(colon + 1).matches("\\d{1,5}")) {
      throw CommandFailure.usage(
          "--endpoint " + endpoint + " is not host:port", "for example: 10.0.0.4:9093");
    }
    QuorumInfo quorum = Failures.await("quorum", admin.describeMetadataQuorum().quorumInfo());
    if (quorum.voters().stream().anyMatch(voter -> voter.replicaId() == id)) {
      throw CommandFailure.failed(
          "node " + id + " is a voter already", "see: millrace quorum describe");
    }
    ReplicaState observer =
        quorum.observers().stream()
            .filter(each -> each.replicaId() == id)
            .findFirst()
            .orElseThrow(() ->
                CommandFailure.failed(
                    "node " + id + " does not observe the quorum",
                    "start it with process.roles=controller and --no-initial-controllers"));
    RaftVoterEndpoint at =
        new RaftVoterEndpoint(
            listener == null ? listenerOf(quorum) : listener,
            endpoint.substring(0, colon).replace("[", "").replace("]", ""),
            Integer.parseInt(endpoint.substring(colon + 1)));
    Failures.await(
        "node " + id, admin.addRaftVoter(id, observer.replicaDirectoryId(), Set.of(at)).all());
    if (json.wanted()) {
      console.json(
          Json.object("id", id, "directory", observer.replicaDirectoryId(), "voter", true));
    } else {
      console.line("node " + id + " votes");
    }
    return ExitCode.OK;
  }

  private static String listenerOf(QuorumInfo quorum) {
    QuorumInfo.Node leader = quorum.nodes().get(quorum.leaderId());
    if (leader == null || leader.endpoints().isEmpty()) {
      throw CommandFailure.usage("the leader's listener is not known", "name it by --listener");
    }
    return leader.endpoints().getFirst().listener();
  }
}
