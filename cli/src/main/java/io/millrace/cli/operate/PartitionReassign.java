package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace partition reassign`.
@Command(
    name = "reassign",
    description = {
      "Give partitions the replicas that you name, the preferred leader first.",
      "More or fewer than now changes the replication factor."
    })
final class PartitionReassign extends PlannedCommand {
  @Parameters(arity = "0..*", paramLabel = "TOPIC[:N]", description = "A topic, or one partition.")
  List<String> partitions = List.of();

  @Option(
      names = {"-r", "--replicas"},
      split = ",",
      paramLabel = "ID",
      description = "Broker ids, for example 1,2,3.")
  List<Integer> replicas = List.of();

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "The JSON that kafka-reassign-partitions takes, instead of names and replicas.")
  @Nullable Path file;

  PartitionReassign(Console console) {
    super(console);
  }

  @Override
  protected boolean mayChangeFactor() {
    return true;
  }

  @Override
  protected int run(Admin admin) {
    if ((file == null) == replicas.isEmpty() || (file == null) == partitions.isEmpty()) {
      throw CommandFailure.usage(
          "either partitions and --replicas, or --file",
          "for example: partition reassign orders:0 --replicas 2,3,1");
    }
    ObservedCluster cluster = ObservedCluster.of(admin);
    Map<TopicPartition, List<Integer>> target = new LinkedHashMap<>();
    if (file != null) {
      target.putAll(read(file));
      target
          .keySet()
          .forEach(each -> cluster.partitions(List.of(each.topic() + ":" + each.partition())));
    } else {
      cluster.partitions(partitions).forEach(partition -> target.put(partition, replicas));
    }
    target.values().forEach(ids -> ids.forEach(cluster::broker));
    return finish(admin, ManualPlan.of(cluster, target));
  }

  private static Map<TopicPartition, List<Integer>> read(Path file) {
    try {
      Map<TopicPartition, List<Integer>> target = new LinkedHashMap<>();
      if (!(Json.read(Files.readString(file)) instanceof Map<?, ?> json)
          || !(json.get("partitions") instanceof List<?> entries)) {
        throw new IllegalArgumentException("it has no list \"partitions\"");
      }
      for (Object entry : entries) {
        Map<?, ?> fields = (Map<?, ?>) entry;
        List<?> ids = (List<?>) required(fields, "replicas");
        target.put(
            new TopicPartition(
                required(fields, "topic").toString(),
                ((Number) required(fields, "partition")).intValue()),
            ids.stream().map(id -> ((Number) id).intValue()).toList());
      }
      return target;
    } catch (IOException | IllegalArgumentException | ClassCastException e) {
      throw CommandFailure.usage(
          "cannot use " + file + ": " + e.getMessage(),
          "{\"version\":1,\"partitions\":[{\"topic\":\"t\",\"partition\":0,\"replicas\":[1,2]}]}");
    }
  }

  private static Object required(Map<?, ?> fields, String name) {
    Object value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("a partition without \"" + name + "\"");
    }
    return value;
  }
}
