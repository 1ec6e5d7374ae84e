package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `millrace group describe`.
@Command(
    name = "describe",
    description = "Show a consumer group: state, members, committed offsets, lag.")
final class GroupDescribe extends AdminCommand {
  @Parameters(arity = "1..*", paramLabel = "GROUP", description = "The groups.")
  List<String> groups = List.of();

  GroupDescribe(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    for (String group : groups) {
      ConsumerGroupDescription description =
          Failures.await(
              "group " + group,
              admin.describeConsumerGroups(List.of(group)).describedGroups(),
              group);
      describe(admin, description);
    }
    return ExitCode.OK;
  }

  private void describe(Admin admin, ConsumerGroupDescription group) {
    SortedMap<TopicPartition, OffsetAndMetadata> committed =
        GroupOffsets.committed(admin, group.groupId());
    SortedMap<TopicPartition, Long> ends =
        GroupOffsets.list(admin, committed.keySet(), OffsetSpec.latest());
    List<Map<String, Object>> offsets = new ArrayList<>();
    committed.forEach((partition, offset) -> {
      long end = ends.getOrDefault(partition, -1L);
      offsets.add(
          Json.object(
              "topic", partition.topic(),
              "partition", partition.partition(),
              "offset", offset.offset(),
              "end_offset", end,
              "lag", end - offset.offset()));
    });
    List<Map<String, Object>> members = group.members().stream().map(this::describe).toList();
    if (json.wanted()) {
      console.json(
          Json.object(
              "group", group.groupId(),
              "type", group.type().toString(),
              "state", group.groupState().toString(),
              "assignor", group.partitionAssignor(),
              "members", members,
              "offsets", offsets));
    } else {
      print(group, members, offsets);
    }
  }

  private Map<String, Object> describe(MemberDescription member) {
    return Json.object(
        "member",
        member.consumerId(),
        "client",
        member.clientId(),
        "host",
        member.host(),
        "partitions",
        member.assignment().topicPartitions().stream().map(Object::toString).sorted().toList());
  }

  private void print(
      ConsumerGroupDescription group,
      List<Map<String, Object>> members,
      List<Map<String, Object>> offsets) {
    console.line(
        group.groupId()
            + "  "
            + group.type()
            + "  "
            + group.groupState()
            + "  members "
            + members.size());
    for (Map<String, Object> member : members) {
      console.line(
          "  " + member.get("client") + " " + member.get("host") + " " + member.get("partitions"));
    }
    for (Map<String, Object> offset : offsets) {
      console.line(
          String.format(
              Locale.ROOT,
              "  %s-%s  offset %s  end %s  lag %s",
              offset.get("topic"),
              offset.get("partition"),
              offset.get("offset"),
              offset.get("end_offset"),
              offset.get("lag")));
    }
  }
}
