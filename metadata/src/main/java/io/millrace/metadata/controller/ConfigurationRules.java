package io.millrace.metadata.controller;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.controller.ConfigurationValidator;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.metadata.KafkaConfigSchema;
import org.apache.kafka.server.log.remote.storage.RemoteLogManagerConfig;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

/// What the controller checks of a dynamic configuration before it becomes a record: the rules of
/// Kafka's `ControllerConfigurationValidator`. Broker settings are checked by the broker that took
/// the request; here only their resource's name is.
///
/// Refusals are exceptions because Kafka's interface says so; they become error codes of the
/// answer.
final class ConfigurationRules implements ConfigurationValidator {

  private final Map<String, Object> topicDefaults;
  private final boolean remoteStorage;
  private final GroupCoordinatorConfig groups;
  private final ShareGroupConfig shareGroups;

  /// @param config the node's static configuration; topics inherit from it
  ConfigurationRules(AbstractConfig config, KafkaConfigSchema schema) {
    this.topicDefaults = topicDefaults(config, schema);
    this.remoteStorage =
        config.getBoolean(RemoteLogManagerConfig.REMOTE_LOG_STORAGE_SYSTEM_ENABLE_PROP);
    this.groups = new GroupCoordinatorConfig(config);
    this.shareGroups = new ShareGroupConfig(config);
  }

  private static Map<String, Object> topicDefaults(
      AbstractConfig config, KafkaConfigSchema schema) {
    Map<String, Object> defaults = new LinkedHashMap<>();
    for (ConfigEntry entry :
        schema
            .resolveEffectiveTopicConfigs(config.originals(), Map.of(), Map.of(), Map.of())
            .values()) {
      if (entry.value() != null) {
        defaults.put(entry.name(), entry.value());
      }
    }
    return defaults;
  }

  /// Of a resource whose settings are about to be deleted or listed.
  @Override
  public void validate(ConfigResource resource) {
    switch (resource.type()) {
      case TOPIC -> checkTopicName(resource.name());
      case BROKER -> checkBrokerName(resource.name());
      default -> throw unknownType(resource);
    }
  }

  @Override
  public void validate(
      ConfigResource resource,
      Map<String, String> newConfigs,
      Map<String, String> existingConfigs) {
    switch (resource.type()) {
      case TOPIC -> {
        checkTopicName(resource.name());
        LogConfig.validate(
            existingConfigs, withoutNulls(newConfigs, "topic"), topicDefaults, remoteStorage);
      }
      case BROKER -> checkBrokerName(resource.name());
      case CLIENT_METRICS ->
          ClientMetricsConfigs.validate(
              resource.name(), withoutNulls(newConfigs, "client metrics"));
      case GROUP -> {
        if (resource.name().isEmpty()) {
          throw new InvalidRequestException("Default group resources are not allowed.");
        }
        GroupConfig.validate(withoutNulls(newConfigs, "group"), groups, shareGroups);
      }
      default -> throw unknownType(resource);
    }
  }

  private static void checkTopicName(String name) {
    if (name.isEmpty()) {
      throw new InvalidRequestException("Default topic resources are not allowed.");
    }
    Topic.validate(name);
  }

  private static void checkBrokerName(String name) {
    if (name.isEmpty()) {
      return;
    }
    int id;
    try {
      id = Integer.parseInt(name);
    } catch (NumberFormatException e) {
      throw new InvalidRequestException("Unable to parse broker name as a base 10 number.", e);
    }
    if (id < 0) {
      throw new InvalidRequestException("Invalid negative broker ID.");
    }
  }

  private static Map<String, String> withoutNulls(
      Map<String, @Nullable String> configs, String kind) {
    Map<String, String> given = new LinkedHashMap<>();
    List<String> nulls = new ArrayList<>();
    configs.forEach((name, value) -> {
      if (value == null) {
        nulls.add(name);
      } else {
        given.put(name, value);
      }
    });
    if (!nulls.isEmpty()) {
      throw new InvalidConfigurationException(
          "Null value not supported for " + kind + " configs: " + String.join(",", nulls));
    }
    return given;
  }

  private static InvalidRequestException unknownType(ConfigResource resource) {
    return new InvalidRequestException("Unknown resource type " + resource.type());
  }
}
