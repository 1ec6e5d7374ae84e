package io.millrace.cli.client;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace group reset-offsets`.
@Command(
    name = "reset-offsets",
    description = "Move a group's committed offsets; the group must have no members.")
final class GroupResetOffsets extends AdminCommand {
  @Parameters(paramLabel = "GROUP", description = "The group.")
  String group = "";

  @Option(
      names = {"-t", "--topic"},
      paramLabel = "TOPIC[:N]",
      description = "A topic, or one partition of it (default: all that the group has committed).")
  List<String> topics = List.of();

  @ArgGroup(multiplicity = "1")
  Target target = new Target();

  @Option(names = "--dry-run", description = "Show what would be committed, commit nothing.")
  boolean dryRun;

  /// Where to; exactly one.
  static final class Target {
    @Option(names = "--to-earliest", description = "The oldest record.")
    boolean earliest;

    @Option(names = "--to-latest", description = "The end.")
    boolean latest;

    @Option(names = "--to-offset", paramLabel = "N", description = "This offset.")
    @Nullable Long offset;

    @Option(
        names = "--to-time",
        paramLabel = "TIME",
        description = "The first record at or after a time such as 2026-01-31T12:00:00Z.")
    @Nullable String time;

    @Option(
        names = "--shift-by",
        paramLabel = "N",
        description = "Forward by N records, backward where N is negative.")
    @Nullable Long shift;
  }

  GroupResetOffsets(Console console) {
    super(console);
  }

  @Override
  protected int run(Admin admin) {
    SortedMap<TopicPartition, OffsetAndMetadata> committed = GroupOffsets.committed(admin, group);
    List<TopicPartition> partitions = partitions(admin, committed);
    if (partitions.isEmpty()) {
      throw CommandFailure.failed(
          "group " + group + " has committed nothing", "name topics by --topic");
    }
    SortedMap<TopicPartition, Long> moved = decide(admin, partitions, committed);
    if (!dryRun) {
      Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
      moved.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
      Failures.await("group " + group, admin.alterConsumerGroupOffsets(group, offsets).all());
    }
    moved.forEach(this::print);
    return ExitCode.OK;
  }

  private void print(TopicPartition partition, long offset) {
    if (json.wanted()) {
      console.json(
          Json.object(
              "group", group,
              "topic", partition.topic(),
              "partition", partition.partition(),
              "offset", offset,
              "committed", !dryRun));
    } else {
      console.line(partition + (dryRun ? " would go to " : " is at ") + offset);
    }
  }

  private SortedMap<TopicPartition, Long> decide(
      Admin admin,
      List<TopicPartition> partitions,
      SortedMap<TopicPartition, OffsetAndMetadata> committed) {
    SortedMap<TopicPartition, Long> first =
        GroupOffsets.list(admin, partitions, OffsetSpec.earliest());
    SortedMap<TopicPartition, Long> end = GroupOffsets.list(admin, partitions, OffsetSpec.latest());
    if (target.earliest) {
      return first;
    }
    if (target.latest) {
      return end;
    }
    SortedMap<TopicPartition, Long> wanted = new TreeMap<>(first);
    if (target.time != null) {
      OffsetSpec since = OffsetSpec.forTimestamp(parse(target.time));
      GroupOffsets.list(admin, partitions, since)
          .forEach((each, found) -> wanted.put(each, found < 0 ? Long.MAX_VALUE : found));
    } else if (target.offset != null) {
      long offset = target.offset;
      wanted.replaceAll((_, _) -> offset);
    } else if (target.shift != null) {
      long shift = target.shift;
      wanted.replaceAll((each, start) -> {
        OffsetAndMetadata now = committed.get(each);
        return (now == null ? start : now.offset()) + shift;
      });
    }
    wanted.replaceAll(
        (each, to) -> Math.clamp(to, first.getOrDefault(each, 0L), end.getOrDefault(each, 0L)));
    return wanted;
  }

  private static long parse(String time) {
    try {
      return Instant.parse(time).toEpochMilli();
    } catch (DateTimeParseException _) {
      throw CommandFailure.usage(
          "--to-time " + time + " is no time", "for example: 2026-01-31T12:00:00Z");
    }
  }

  private List<TopicPartition> partitions(
      Admin admin, SortedMap<TopicPartition, OffsetAndMetadata> committed) {
    if (topics.isEmpty()) {
      return List.copyOf(committed.keySet());
    }
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      int colon = topic.indexOf(':');
      String name = colon < 0 ? topic : topic.substring(0, colon);
      TopicDescription described =
          Failures.await(
              "topic " + name, admin.describeTopics(List.of(name)).topicNameValues(), name);
      described.partitions().stream()
          .filter(each -> colon < 0 || topic.substring(colon + 1).equals("" + each.partition()))
          .forEach(each -> partitions.add(new TopicPartition(name, each.partition())));
    }
    return partitions;
  }
}
