package io.millrace.server.config;

import io.millrace.log.LogConfig;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;

/// A broker's configuration as of one metadata image: Kafka's defaults, under the node's static
/// properties, under the cluster-wide ones, under those set for this broker. Immutable.
public final class EffectiveConfig {

  private final Map<String, String> staticProperties;
  private final Map<String, String> clusterProperties;
  private final Map<String, String> brokerProperties;
  private final KafkaValues values;
  private final LogConfig logDefaults;

  private EffectiveConfig(
      Map<String, String> staticProperties,
      Map<String, String> clusterProperties,
      Map<String, String> brokerProperties,
      KafkaValues values) {
    this.staticProperties = staticProperties;
    this.clusterProperties = clusterProperties;
    this.brokerProperties = brokerProperties;
    this.values = values;
    this.logDefaults = LogConfig.of(topicDefaultsAsText(values));
  }

  /// The node's static properties alone.
  static EffectiveConfig of(NodeConfig node) {
    return new EffectiveConfig(node.properties(), Map.of(), Map.of(), node.values());
  }

  /// This with other settings from the cluster's metadata, which must be valid.
  ///
  /// @throws ConfigException where the values do not go together
  EffectiveConfig with(Map<String, String> cluster, Map<String, String> broker) {
    Map<String, String> merged = new LinkedHashMap<>(staticProperties);
    override(merged, cluster);
    override(merged, broker);
    GroupCoordinatorConfig.clampDynamicConfigs(merged);
    return new EffectiveConfig(
        staticProperties, new TreeMap<>(cluster), new TreeMap<>(broker), new KafkaValues(merged));
  }

  /// Sets `overrides` in `properties` and removes the synonyms of what was set, so that the higher
  /// layer wins whatever name it uses (`log.roll.hours` over a static `log.roll.ms`).
  private static void override(Map<String, String> properties, Map<String, String> overrides) {
    overrides.forEach((key, value) -> {
      DynamicBrokerConfig.brokerConfigSynonyms(key, false).forEach(properties::remove);
      properties.put(key, value);
    });
  }

  public KafkaValues values() {
    return values;
  }

  /// The limits of connections and requests in force.
  public SocketLimits sockets() {
    return SocketLimits.of(values);
  }

  /// What the node was started with.
  public Map<String, String> staticProperties() {
    return staticProperties;
  }

  /// What is set for all brokers of the cluster, as stored.
  public Map<String, String> clusterProperties() {
    return clusterProperties;
  }

  /// What is set for this broker, as stored.
  public Map<String, String> brokerProperties() {
    return brokerProperties;
  }

  /// The settings of logs whose topic sets nothing.
  public LogConfig logDefaults() {
    return logDefaults;
  }

  /// The settings of a topic's logs.
  ///
  /// @param topicProperties what is set for the topic, as stored
  public LogConfig logConfig(Properties topicProperties) {
    if (topicProperties.isEmpty()) {
      return logDefaults;
    }
    Map<String, String> overrides = new HashMap<>();
    topicProperties.forEach((key, value) -> overrides.put(key.toString(), value.toString()));
    return logDefaults.with(overrides);
  }

  private static Map<String, String> topicDefaultsAsText(KafkaValues values) {
    Map<String, String> text = new HashMap<>();
    values
        .topicDefaults()
        .forEach((key, value) -> {
          ConfigDef.Type type =
              org.apache.kafka.storage.internals.log.LogConfig.configType(key)
                  .orElse(ConfigDef.Type.STRING);
          text.put(key, ConfigDef.convertToString(value, type));
        });
    return text;
  }
}
