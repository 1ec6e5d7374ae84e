package io.millrace.cli.client;

import io.millrace.cli.CommandFailure;
import java.util.Locale;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/// Whose configuration is meant.
final class ConfigTarget {
  @Parameters(
      index = "0",
      paramLabel = "TYPE",
      description = "topic, broker, group or client-metrics.")
  String type = "";

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "Its name; a broker's id, or `default` for all brokers.")
  String name = "";

  ConfigResource resource() {
    ConfigResource.@Nullable Type kind =
        switch (type.toLowerCase(Locale.ROOT)) {
          case "topic", "topics" -> ConfigResource.Type.TOPIC;
          case "broker", "brokers" -> ConfigResource.Type.BROKER;
          case "group", "groups" -> ConfigResource.Type.GROUP;
          case "client-metrics" -> ConfigResource.Type.CLIENT_METRICS;
          default -> null;
        };
    if (kind == null) {
      throw CommandFailure.usage(
          "there is no configuration of type " + type,
          "allowed: topic, broker, group, client-metrics");
    }
    boolean allBrokers = kind == ConfigResource.Type.BROKER && name.equals("default");
    return new ConfigResource(kind, allBrokers ? "" : name);
  }

  @Override
  public String toString() {
    return type + " " + name;
  }
}
