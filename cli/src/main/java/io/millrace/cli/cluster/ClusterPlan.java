package io.millrace.cli.cluster;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.node.NodeProperties;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;

/// Decides what a new cluster looks like: ports, directories, each node's properties, and the words
/// that format its first quorum.
final class ClusterPlan {
  /// From this many nodes on, defaults keep data when one of them is lost.
  private static final int REPLICATED_NODES = 3;

  private ClusterPlan() {}

  /// Plans a cluster of `nodes` in `directory`.
  static ClusterState fresh(Path directory, List<Ports> ports) {
    int nodes = ports.size();
    List<String> formatOptions = nodes == 1 ? List.of() : quorumOptions(ports);
    List<ClusterNode> planned = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      planned.add(
          new ClusterNode(
              i + 1,
              ports.get(i),
              directory.resolve("node-" + (i + 1)),
              formatOptions,
              new OsProcess(0, "")));
    }
    return new ClusterState(directory, List.copyOf(planned));
  }

  /// The same words for every node: the cluster's id and all of its first voters.
  private static List<String> quorumOptions(List<Ports> ports) {
    List<String> voters = new ArrayList<>();
    for (int i = 0; i < ports.size(); i++) {
      voters.add(
          (i + 1)
              + "@"
              + ClusterNode.HOST
              + ":"
              + ports.get(i).controller()
              + ":"
              + Uuid.randomUuid());
    }
    return List.of(
        "--cluster-id", Uuid.randomUuid().toString(),
        "--initial-controllers", String.join(",", voters));
  }

  /// A node's properties: ours, then what the user set.
  static Map<String, String> properties(
      ClusterState cluster, ClusterNode node, List<String> assignments) {
    Map<String, String> properties =
        new LinkedHashMap<>(
            NodeProperties.local(
                node.id(), node.ports().client(), node.ports().controller(), node.dir()));
    properties.put("metrics.listener", ClusterNode.HOST + ":" + node.ports().metrics());
    int nodes = cluster.nodes().size();
    if (nodes > 1) {
      properties.put(
          "controller.quorum.bootstrap.servers",
          cluster.nodes().stream()
              .map(other -> ClusterNode.HOST + ":" + other.ports().controller())
              .collect(Collectors.joining(",")));
    }
    if (nodes >= REPLICATED_NODES) {
      properties.put("default.replication.factor", "3");
      properties.put("min.insync.replicas", "2");
    }
    properties.putAll(overrides(node, assignments));
    return properties;
  }

  /// What the user set, for this node: `{id}` in a value becomes its id.
  static Map<String, String> overrides(ClusterNode node, List<String> assignments) {
    Map<String, String> overrides = new LinkedHashMap<>();
    NodeProperties.override(
        overrides, assignments.stream().map(each -> forNode(each, node.id())).toList());
    return overrides;
  }

  private static String forNode(String assignment, int id) {
    int equals = assignment.indexOf('=');
    return equals < 0
        ? assignment
        : assignment.substring(0, equals)
            + assignment.substring(equals).replace("{id}", Integer.toString(id));
  }

  /// Writes a node's properties in the form that `millrace start -c` reads.
  static void write(Path file, Map<String, String> properties) {
    var text = new StringBuilder("# Written by `millrace cluster start`.\n");
    properties.forEach((key, value) ->
        text.append(key).append('=').append(value.replace("\\", "\\\\")).append('\n'));
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write " + file + ": " + e, "");
    }
  }

  /// Makes `directory` if need be, and refuses one that holds anything.
  static void requireEmpty(Path directory) {
    try {
      Files.createDirectories(directory);
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        if (entries.iterator().hasNext()) {
          throw CommandFailure.usage(
              directory + " is neither empty nor a cluster's directory",
              "name an empty or new directory");
        }
      }
    } catch (IOException e) {
      throw CommandFailure.failed("cannot use " + directory + ": " + e, "name another --dir");
    }
  }
}
