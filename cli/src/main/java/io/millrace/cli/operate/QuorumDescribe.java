package io.millrace.cli.operate;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.client.AdminCommand;
import io.millrace.cli.client.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import picocli.CommandLine.Command;

/// `millrace quorum describe`.
@Command(
    name = "describe",
    description = "Show who leads the metadata quorum, its voters and observers, and their lags.")
final class QuorumDescribe extends AdminCommand {
  QuorumDescribe(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    QuorumInfo quorum = Failures.await("quorum", admin.describeMetadataQuorum().quorumInfo());
    long end =
        quorum.voters().stream()
            .filter(voter -> voter.replicaId() == quorum.leaderId())
            .mapToLong(ReplicaState::logEndOffset)
            .findFirst()
            .orElse(quorum.highWatermark());
    if (json.wanted()) {
      console.json(
          Json.object(
              "leader", quorum.leaderId(),
              "epoch", quorum.leaderEpoch(),
              "high_watermark", quorum.highWatermark(),
              "voters", describe(quorum, quorum.voters(), end),
              "observers", describe(quorum, quorum.observers(), end)));
      return ExitCode.OK;
    }
    console.line(
        "leader "
            + quorum.leaderId()
            + "  epoch "
            + quorum.leaderEpoch()
            + "  high watermark "
            + quorum.highWatermark());
    quorum.voters().forEach(voter -> print(quorum, "voter", voter, end));
    quorum.observers().forEach(observer -> print(quorum, "observer", observer, end));
    return ExitCode.OK;
  }

  private void print(QuorumInfo quorum, String kind, ReplicaState replica, long end) {
    console.line(
        String.format(
            Locale.ROOT,
            "%-8s  %d  directory %s  end %d  lag %d  last fetch %s  %s",
            kind,
            replica.replicaId(),
            replica.replicaDirectoryId(),
            replica.logEndOffset(),
            lag(replica, end),
            replica.replicaId() == quorum.leaderId() ? "-" : ago(replica.lastFetchTimestamp()),
            String.join(",", endpoints(quorum, replica))));
  }

  private static List<Map<String, Object>> describe(
      QuorumInfo quorum, List<ReplicaState> replicas, long end) {
    List<Map<String, Object>> lines = new ArrayList<>();
    for (ReplicaState replica : replicas) {
      lines.add(
          Json.object(
              "id", replica.replicaId(),
              "directory", replica.replicaDirectoryId(),
              "end_offset", replica.logEndOffset(),
              "lag", lag(replica, end),
              "last_fetch_ms", replica.lastFetchTimestamp().orElse(-1),
              "last_caught_up_ms", replica.lastCaughtUpTimestamp().orElse(-1),
              "endpoints", endpoints(quorum, replica)));
    }
    return lines;
  }

  /// Records that it lacks; -1 while the leader has not heard of it.
  static long lag(ReplicaState replica, long end) {
    return replica.logEndOffset() < 0 ? -1 : end - replica.logEndOffset();
  }

  private static List<String> endpoints(QuorumInfo quorum, ReplicaState replica) {
    QuorumInfo.Node node = quorum.nodes().get(replica.replicaId());
    return node == null
        ? List.of()
        : node.endpoints().stream()
            .map(each -> each.listener() + "://" + each.host() + ":" + each.port())
            .toList();
  }

  private static String ago(OptionalLong timestamp) {
    return timestamp.isEmpty()
        ? "never"
        : (System.currentTimeMillis() - timestamp.getAsLong()) + " ms ago";
  }
}
