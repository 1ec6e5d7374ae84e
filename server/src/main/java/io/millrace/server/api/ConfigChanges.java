package io.millrace.server.api;

import io.millrace.server.config.ConfigView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.jspecify.annotations.Nullable;

/// What a broker checks of a configuration change before the controller sees it: the request's
/// form, and for broker settings the values, since only a broker knows what they are laid over
/// (`kafka.server.ConfigAdminManager`).
final class ConfigChanges {

  private final ConfigView configs;

  ConfigChanges(ConfigView configs) {
    this.configs = configs;
  }

  /// @throws InvalidRequestException where a name comes twice
  static void requireDistinct(Collection<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new InvalidRequestException("Error due to duplicate config keys");
      }
    }
  }

  /// @throws InvalidRequestException where `names`, whose values are null, are not empty
  static void requireNoNulls(List<String> names) {
    if (!names.isEmpty()) {
      throw new InvalidRequestException(
          "Null value not supported for : " + String.join(", ", names));
    }
  }

  /// Checks all settings that a broker resource would have.
  ///
  /// @throws InvalidRequestException naming what is wrong
  void checkBroker(ConfigResource resource, Map<String, String> proposed) {
    boolean thisBroker = !resource.name().isEmpty();
    if (thisBroker) {
      requireThisNode(resource.name());
    }
    try {
      configs.validate(proposed, thisBroker);
    } catch (ApiException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new InvalidRequestException(e.getMessage(), e);
    }
  }

  void requireThisNode(String name) {
    int id;
    try {
      id = Integer.parseInt(name);
    } catch (NumberFormatException e) {
      throw new InvalidRequestException("Node id must be an integer, but it is: " + name);
    }
    if (id != configs.node().nodeId()) {
      throw new InvalidRequestException(
          "Unexpected broker id, expected " + configs.node().nodeId() + ", but received " + name);
    }
  }

  /// What an IncrementalAlterConfigs wants with a setting. Kafka's controller does not check it for
  /// topics, and gives up its leadership over one that it does not know.
  ///
  /// @throws InvalidRequestException where there is no such operation
  static OpType operation(byte id) {
    @Nullable OpType operation = OpType.forId(id);
    if (operation == null) {
      throw new InvalidRequestException("Unknown operations type " + id);
    }
    return operation;
  }

  /// The settings of a broker resource after `changes`.
  Map<String, String> applied(ConfigResource resource, Collection<AlterableConfig> changes) {
    Map<String, String> settings = new LinkedHashMap<>(configs.usableSettings(resource));
    for (AlterableConfig change : changes) {
      switch (operation(change.configOperation())) {
        case SET -> settings.put(change.name(), change.value());
        case DELETE -> settings.remove(change.name());
        case APPEND -> {
          List<String> list = listOf(settings, change.name(), "append");
          for (String item : split(change.value())) {
            if (!list.contains(item)) {
              list.add(item);
            }
          }
          settings.put(change.name(), String.join(",", list));
        }
        case SUBTRACT -> {
          List<String> list = listOf(settings, change.name(), "subtract");
          split(change.value()).forEach(list::remove);
          settings.put(change.name(), String.join(",", list));
        }
      }
    }
    return settings;
  }

  private static List<String> listOf(Map<String, String> settings, String name, String operation) {
    @Nullable ConfigKey key = AbstractKafkaConfig.CONFIG_DEF.configKeys().get(name);
    if (key == null) {
      throw new InvalidConfigurationException("Unknown config name: " + name);
    }
    if (key.type != ConfigDef.Type.LIST) {
      throw new InvalidConfigurationException(
          "Config value " + operation + " is not allowed for config key: " + name);
    }
    @Nullable String value = settings.get(name);
    if (value == null) {
      value = ConfigDef.convertToString(key.defaultValue, ConfigDef.Type.LIST);
    }
    return new ArrayList<>(split(value == null ? "" : value));
  }

  private static List<String> split(String list) {
    return list.isEmpty() ? List.of() : Arrays.asList(list.split(","));
  }
}
