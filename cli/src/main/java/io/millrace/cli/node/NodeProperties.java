package io.millrace.cli.node;

import io.millrace.cli.CommandFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

/// A node's configuration as the user gave it: Kafka's keys and values, unchecked. The server room
/// knows what they mean.
public final class NodeProperties {
  private NodeProperties() {}

  /// Reads a file in Kafka's `server.properties` form, keys in alphabetical order.
  ///
  /// @throws CommandFailure if it cannot be read
  public static Map<String, String> read(Path file) {
    var properties = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw CommandFailure.usage(
          "cannot read the configuration " + file + ": " + reason(e),
          "name a file of key=value lines, such as config/server.properties of the distribution");
    }
    Map<String, String> sorted = new LinkedHashMap<>();
    for (String key : new TreeSet<>(properties.stringPropertyNames())) {
      sorted.put(key, properties.getProperty(key).strip());
    }
    return sorted;
  }

  /// Adds `key=value` words, the later ones winning. An empty value is a value.
  ///
  /// @throws CommandFailure if a word has no key
  public static void override(Map<String, String> properties, List<String> assignments) {
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      if (equals <= 0) {
        throw CommandFailure.usage(
            "--set " + assignment + " is not key=value", "for example: --set num.partitions=6");
      }
      properties.put(
          assignment.substring(0, equals).strip(), assignment.substring(equals + 1).strip());
    }
  }

  /// A combined broker and controller on the loopback address, with everything that a single node
  /// needs: one replica of the internal topics, groups that start at once.
  public static Map<String, String> local(int nodeId, int port, int controllerPort, Path logDir) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", Integer.toString(nodeId));
    properties.put(
        "listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("inter.broker.listener.name", "PLAINTEXT");
    properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("log.dirs", logDir.toString());
    properties.put("group.initial.rebalance.delay.ms", "0");
    return properties;
  }

  private static String reason(Exception e) {
    return e instanceof java.nio.file.NoSuchFileException ? "there is no such file" : e.toString();
  }
}
