package io.millrace.server.api;

import io.millrace.server.config.EffectiveConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.DynamicConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

/// Describes single settings as Kafka's `ConfigHelper` does: value, where it comes from, what else
/// is set under the same or a synonymous name (the one in force first), type, and whether it is
/// secret or fixed.
final class ConfigEntries {

  private final EffectiveConfig config;
  private final Map<String, String> defaults;
  private final boolean withSynonyms;
  private final boolean withDocumentation;

  ConfigEntries(EffectiveConfig config, boolean withSynonyms, boolean withDocumentation) {
    this.config = config;
    this.defaults =
        ConfigDef.convertToStringMapWithPasswordValues(
            AbstractKafkaConfig.CONFIG_DEF.defaultValues());
    this.withSynonyms = withSynonyms;
    this.withDocumentation = withDocumentation;
  }

  DescribeConfigsResourceResult topic(
      LogConfig effective, Properties stored, String name, @Nullable Object value) {
    ConfigDef.@Nullable Type type = LogConfig.configType(name).orElse(null);
    String brokerName = ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.get(name);
    List<DescribeConfigsSynonym> synonyms =
        brokerName == null
            ? new ArrayList<>()
            : brokerLevels(brokerName, brokerSynonyms(brokerName), isSecret(type));
    String text = text(value, type);
    if (stored.containsKey(name)) {
      synonyms.addFirst(synonym(name, text, ConfigSource.TOPIC_CONFIG));
    }
    return entry(name, text, type, synonyms).setDocumentation(doc(effective.documentationOf(name)));
  }

  DescribeConfigsResourceResult group(
      GroupConfig effective, Properties stored, String name, @Nullable Object value) {
    ConfigDef.@Nullable Type type = GroupConfig.configType(name).orElse(null);
    Optional<String> brokerName = GroupConfig.brokerSynonym(name);
    List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
    if (brokerName.isPresent()) {
      synonyms = brokerLevels(brokerName.get(), brokerSynonyms(brokerName.get()), isSecret(type));
    } else if (GroupConfig.CONFIG_DEF.defaultValues().get(name) != null) {
      synonyms.add(
          synonym(
              name,
              text(GroupConfig.CONFIG_DEF.defaultValues().get(name), type),
              ConfigSource.DEFAULT_CONFIG));
    }
    String text = text(value, type);
    if (stored.containsKey(name)) {
      synonyms.addFirst(synonym(name, text, ConfigSource.GROUP_CONFIG));
    }
    return entry(name, text, type, synonyms).setDocumentation(doc(effective.documentationOf(name)));
  }

  DescribeConfigsResourceResult clientMetrics(
      ClientMetricsConfigs effective, Properties stored, String name, @Nullable Object value) {
    ConfigDef.@Nullable Type type = ClientMetricsConfigs.configType(name).orElse(null);
    @Nullable String text = ConfigDef.convertToString(value, type);
    List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
    if (stored.containsKey(name)) {
      synonyms.add(synonym(name, text, ConfigSource.CLIENT_METRICS_CONFIG));
    }
    return entry(name, text, type, synonyms)
        .setIsSensitive(false)
        .setDocumentation(doc(effective.documentationOf(name)));
  }

  /// @param clusterOnly describe what is set for all brokers, not what is in force on this one
  DescribeConfigsResourceResult broker(String name, @Nullable Object value, boolean clusterOnly) {
    ConfigDef.@Nullable Type type = brokerType(name);
    @Nullable String text =
        value instanceof String string && !isSecret(type) ? string : text(value, type);
    List<DescribeConfigsSynonym> synonyms =
        brokerLevels(name, brokerSynonyms(name), isSecret(type));
    if (clusterOnly) {
      synonyms.removeIf(
          synonym -> synonym.source() != ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id());
    }
    return entry(name, text, type, synonyms)
        .setReadOnly(!DynamicBrokerConfig.ALL_DYNAMIC_CONFIGS.contains(name))
        .setDocumentation(doc(config.values().documentationOf(name)));
  }

  DescribeConfigsResourceResult logger(String name, String level) {
    return new DescribeConfigsResourceResult()
        .setName(name)
        .setValue(level)
        .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id())
        .setIsSensitive(false)
        .setReadOnly(false)
        .setSynonyms(List.of());
  }

  private DescribeConfigsResourceResult entry(
      String name,
      @Nullable String text,
      ConfigDef.@Nullable Type type,
      List<DescribeConfigsSynonym> synonyms) {
    return new DescribeConfigsResourceResult()
        .setName(name)
        .setValue(text)
        .setConfigSource(
            synonyms.isEmpty() ? ConfigSource.DEFAULT_CONFIG.id() : synonyms.getFirst().source())
        .setIsSensitive(isSecret(type))
        .setReadOnly(false)
        .setSynonyms(withSynonyms ? synonyms : List.of())
        .setConfigType(wireType(type).id());
  }

  /// All layers of the broker's configuration that set one of `names`, highest first, from where
  /// `name` itself is set: a base setting is not described by a listener's.
  private List<DescribeConfigsSynonym> brokerLevels(
      String name, List<String> names, boolean secret) {
    List<DescribeConfigsSynonym> levels = new ArrayList<>();
    addLevel(levels, names, config.brokerProperties(), secret, ConfigSource.DYNAMIC_BROKER_CONFIG);
    addLevel(
        levels,
        names,
        config.clusterProperties(),
        secret,
        ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
    addLevel(levels, names, config.staticProperties(), secret, ConfigSource.STATIC_BROKER_CONFIG);
    addLevel(levels, names, defaults, secret, ConfigSource.DEFAULT_CONFIG);
    while (!levels.isEmpty() && !levels.getFirst().name().equals(name)) {
      levels.removeFirst();
    }
    return levels;
  }

  private static void addLevel(
      List<DescribeConfigsSynonym> levels,
      List<String> names,
      Map<String, String> layer,
      boolean secret,
      ConfigSource source) {
    for (String name : names) {
      String value = layer.get(name);
      if (value != null) {
        levels.add(synonym(name, secret ? null : value, source));
      }
    }
  }

  private static DescribeConfigsSynonym synonym(
      String name, @Nullable String value, ConfigSource source) {
    return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
  }

  private static List<String> brokerSynonyms(String name) {
    return DynamicBrokerConfig.brokerConfigSynonyms(name, true);
  }

  private @Nullable String doc(@Nullable String documentation) {
    return withDocumentation ? documentation : null;
  }

  private static @Nullable String text(@Nullable Object value, ConfigDef.@Nullable Type type) {
    return isSecret(type) ? null : ConfigDef.convertToString(value, type);
  }

  /// What is not known may be a secret.
  private static boolean isSecret(ConfigDef.@Nullable Type type) {
    return type == null || type == ConfigDef.Type.PASSWORD;
  }

  private static ConfigDef.@Nullable Type brokerType(String name) {
    ConfigDef.@Nullable Type type = definedType(name);
    if (type != null) {
      return type;
    }
    ConfigDef.@Nullable ConfigKey quota = DynamicConfig.Broker.configKeys().get(name);
    if (quota != null) {
      return quota.type;
    }
    for (String synonym : brokerSynonyms(name)) {
      type = definedType(synonym);
      if (type != null) {
        return type;
      }
    }
    return null;
  }

  private static ConfigDef.@Nullable Type definedType(String name) {
    ConfigDef.@Nullable ConfigKey key = AbstractKafkaConfig.CONFIG_DEF.configKeys().get(name);
    return key == null ? null : key.type;
  }

  private static ConfigType wireType(ConfigDef.@Nullable Type type) {
    if (type == null) {
      return ConfigType.UNKNOWN;
    }
    return switch (type) {
      case BOOLEAN -> ConfigType.BOOLEAN;
      case STRING -> ConfigType.STRING;
      case INT -> ConfigType.INT;
      case SHORT -> ConfigType.SHORT;
      case LONG -> ConfigType.LONG;
      case DOUBLE -> ConfigType.DOUBLE;
      case LIST -> ConfigType.LIST;
      case CLASS -> ConfigType.CLASS;
      case PASSWORD -> ConfigType.PASSWORD;
    };
  }
}
