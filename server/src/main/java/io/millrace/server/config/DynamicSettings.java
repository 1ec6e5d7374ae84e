package io.millrace.server.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which broker settings may change while the node runs, by Kafka's lists (`DynamicBrokerConfig`).
final class DynamicSettings {

  private static final Logger LOG = LoggerFactory.getLogger(DynamicSettings.class);

  /// Dynamic in Kafka, fixed here for as long as the node runs.
  private static final Set<String> FIXED = Set.of("listeners", "listener.security.protocol.map");

  private DynamicSettings() {}

  static ConfigResource cluster() {
    return new ConfigResource(ConfigResource.Type.BROKER, "");
  }

  static ConfigResource broker(int nodeId) {
    return new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(nodeId));
  }

  /// Checks proposed settings by themselves.
  ///
  /// @return the settings with variables of config providers resolved
  /// @throws ConfigException naming every setting that is at fault
  static Map<String, String> validated(Map<String, String> proposed, boolean forThisBroker) {
    List<String> fixed = proposed.keySet().stream().filter(FIXED::contains).sorted().toList();
    if (!fixed.isEmpty()) {
      throw new ConfigException("These settings take a restart: " + fixed);
    }
    for (Map.Entry<String, String> entry : proposed.entrySet()) {
      KeyPolicy.refusal(entry.getKey(), entry.getValue())
          .ifPresent(problem -> {
            throw new ConfigException(problem.describe());
          });
    }
    Properties resolved = DynamicBrokerConfig.resolveVariableConfigs(asProperties(proposed));
    DynamicBrokerConfig.validateConfigs(resolved, forThisBroker);
    return ConfigView.asMap(resolved);
  }

  /// What of the stored settings can be in force: the rest is logged and left out, as Kafka does.
  static Map<String, String> usable(Properties stored, boolean forThisBroker) {
    Map<String, String> usable = new LinkedHashMap<>();
    Set<String> ignored = new TreeSet<>();
    ConfigView.asMap(stored)
        .forEach((key, value) -> {
          Properties one = asProperties(Map.of(key, value));
          if (isUsable(one, forThisBroker) && !FIXED.contains(key)) {
            usable.put(key, value);
          } else {
            ignored.add(key);
          }
        });
    if (!ignored.isEmpty()) {
      LOG.warn(
          "Broker settings in the cluster's metadata that cannot be in force here: {}", ignored);
    }
    return usable;
  }

  private static boolean isUsable(Properties one, boolean forThisBroker) {
    try {
      DynamicBrokerConfig.validateConfigTypes(one);
    } catch (RuntimeException e) {
      LOG.debug("invalid broker setting", e);
      return false;
    }
    List<Set<String>> faults = new ArrayList<>();
    faults.add(DynamicBrokerConfig.nonDynamicConfigs(one));
    faults.add(DynamicBrokerConfig.securityConfigsWithoutListenerPrefix(one));
    if (!forThisBroker) {
      faults.add(DynamicBrokerConfig.perBrokerConfigs(one));
    }
    return faults.stream().allMatch(Set::isEmpty);
  }

  private static Properties asProperties(Map<String, String> map) {
    Properties properties = new Properties();
    properties.putAll(map);
    return properties;
  }
}
