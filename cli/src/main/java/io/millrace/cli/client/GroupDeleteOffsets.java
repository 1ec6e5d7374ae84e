package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace group delete-offsets`.
@Command(name = "delete-offsets", description = "Forget what a group has committed for topics.")
final class GroupDeleteOffsets extends AdminCommand {
  @Parameters(paramLabel = "GROUP", description = "The group.")
  String group = "";

  @Option(
      names = {"-t", "--topic"},
      required = true,
      paramLabel = "TOPIC",
      description = "A topic that the group no longer reads. Repeatable.")
  List<String> topics = List.of();

  GroupDeleteOffsets(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    Set<TopicPartition> partitions =
        GroupOffsets.committed(admin, group).keySet().stream()
            .filter(partition -> topics.contains(partition.topic()))
            .collect(Collectors.toSet());
    if (!partitions.isEmpty()) {
      Failures.await("group " + group, admin.deleteConsumerGroupOffsets(group, partitions).all());
    }
    if (json.wanted()) {
      console.json(Json.object("group", group, "deleted", partitions.size()));
    } else {
      console.line(partitions.size() + " offsets deleted");
    }
    return ExitCode.OK;
  }
}
