package io.millrace.cli.cluster;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// What a cluster's directory remembers, in `cluster.json`: its nodes, their ports and processes.
///
/// Beside it lie, for node i, `node-i.properties`, `node-i.out` (standard output and error) and
/// `node-i` (data). The file is replaced as a whole; changes take the lock on `cluster.lock`, so
/// that commands may run at the same time.
///
/// @param directory the cluster's directory, absolute
/// @param nodes by ascending id
record ClusterState(Path directory, List<ClusterNode> nodes) {
  private static final String FILE = "cluster.json";
  private static final String LOCK = "cluster.lock";
  private static final int FORMAT = 1;

  static boolean exists(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /// Reads the state of the cluster in `directory`.
  ///
  /// @throws CommandFailure if there is no cluster or its file is damaged
  static ClusterState load(Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      throw CommandFailure.usage(
          "no cluster lies in " + directory,
          "start one: millrace cluster start --nodes 1 --dir " + directory);
    }
    try {
      Map<?, ?> json = (Map<?, ?>) Json.read(Files.readString(file));
      List<ClusterNode> nodes = new ArrayList<>();
      if (json == null || !(json.get("nodes") instanceof List<?> entries)) {
        throw new IllegalArgumentException("no nodes");
      }
      for (Object entry : entries) {
        nodes.add(ClusterNode.fromJson((Map<?, ?>) entry));
      }
      return new ClusterState(directory, List.copyOf(nodes));
    } catch (IOException | IllegalArgumentException | ClassCastException e) {
      throw CommandFailure.failed(
          file + " cannot be read: " + e.getMessage(),
          "end its processes and start anew in another directory");
    }
  }

  /// Replaces the file.
  void save() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("nodes", nodes.stream().map(ClusterNode::toJson).toList());
    try {
      Path next = directory.resolve(FILE + ".tmp");
      Files.writeString(next, Json.write(json) + "\n");
      Files.move(
          next,
          directory.resolve(FILE),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write " + directory.resolve(FILE) + ": " + e, "");
    }
  }

  /// Changes the state on disk under the lock: whatever another command wrote meanwhile is kept.
  static ClusterState update(Path directory, UnaryOperator<ClusterState> change) {
    try (FileChannel channel =
            FileChannel.open(
                directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      ClusterState changed = change.apply(load(directory));
      changed.save();
      return changed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ClusterNode node(int id) {
    return nodes.stream()
        .filter(node -> node.id() == id)
        .findFirst()
        .orElseThrow(() ->
            CommandFailure.usage("there is no node " + id, "nodes here: 1 to " + nodes.size()));
  }

  ClusterState withNode(ClusterNode changed) {
    return new ClusterState(
        directory, nodes.stream().map(node -> node.id() == changed.id() ? changed : node).toList());
  }

  /// All nodes' addresses, as clients take them.
  String bootstrap() {
    return nodes.stream().map(ClusterNode::address).collect(Collectors.joining(","));
  }

  Path propertiesFile(ClusterNode node) {
    return directory.resolve("node-" + node.id() + ".properties");
  }

  Path outputFile(ClusterNode node) {
    return directory.resolve("node-" + node.id() + ".out");
  }

  /// Every file of ours besides the data.
  List<Path> ownFiles() {
    List<Path> files = new ArrayList<>();
    nodes.forEach(node -> files.add(propertiesFile(node)));
    nodes.forEach(node -> files.add(outputFile(node)));
    files.add(directory.resolve(FILE));
    files.add(directory.resolve(LOCK));
    return files;
  }
}
