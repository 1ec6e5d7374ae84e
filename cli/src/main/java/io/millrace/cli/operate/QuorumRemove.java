package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.client.AdminCommand;
import io.millrace.cli.client.Failures;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace quorum remove`.
@Command(
    name = "remove",
    description = {
      "Take a voter out of the quorum, dead or alive.",
      "A controller that still runs and joins by itself (controller.quorum.auto.join.enable) must"
          + " be stopped first."
    })
final class QuorumRemove extends AdminCommand {
  @Parameters(paramLabel = "ID", description = "The voter's node id.")
  int id;

  @Option(
      names = "--directory",
      paramLabel = "UUID",
      description = "Its directory id, where a node has voted with several disks.")
  String directory = "";

  QuorumRemove(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    QuorumInfo quorum = Failures.await("quorum", admin.describeMetadataQuorum().quorumInfo());
    var matching =
        quorum.voters().stream()
            .filter(voter -> voter.replicaId() == id)
            .filter(voter ->
                directory.isEmpty() || voter.replicaDirectoryId().toString().equals(directory))
            .toList();
    if (matching.size() != 1) {
      throw CommandFailure.failed(
          matching.isEmpty() ? "node " + id + " is no voter" : "node " + id + " votes twice",
          "see: millrace quorum describe");
    }
    if (quorum.voters().size() == 1) {
      throw CommandFailure.failed(
          "node " + id + " is the only voter", "add another one first: millrace quorum add");
    }
    ReplicaState voter = matching.getFirst();
    Failures.await("node " + id, admin.removeRaftVoter(id, voter.replicaDirectoryId()).all());
    if (json.wanted()) {
      console.json(Json.object("id", id, "directory", voter.replicaDirectoryId(), "voter", false));
    } else {
      console.line("node " + id + " no longer votes");
    }
    return ExitCode.OK;
  }
}
