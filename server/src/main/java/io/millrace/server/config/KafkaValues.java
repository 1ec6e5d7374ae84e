package io.millrace.server.config;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.Reconfigurable;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.jspecify.annotations.Nullable;

/// A set of broker properties parsed by Kafka's definitions: the adapter between Kafka's
/// configuration classes (which other classes of theirs are built from) and ours. Immutable.
public final class KafkaValues extends AbstractKafkaConfig {

  /// @throws org.apache.kafka.common.config.ConfigException at the first value that Kafka refuses
  KafkaValues(Map<String, String> properties) {
    super(
        CONFIG_DEF,
        populateSynonyms(properties),
        Utils.castToStringObjectMap(populateSynonyms(properties)),
        false);
  }

  /// What a topic gets where its own configuration says nothing, under topic-level names; what
  /// Kafka's `LogConfig.fromProps` takes as defaults.
  public Map<String, Object> topicDefaults() {
    Map<String, Object> defaults = new HashMap<>();
    ServerTopicConfigSynonyms.TOPIC_CONFIG_SYNONYMS.forEach((topicKey, brokerKey) -> {
      Object value = get(brokerKey);
      if (value != null) {
        defaults.put(topicKey, value);
      }
    });
    defaults.put(TopicConfig.SEGMENT_MS_CONFIG, segmentMs());
    defaults.put(TopicConfig.SEGMENT_JITTER_MS_CONFIG, segmentJitterMs());
    defaults.put(TopicConfig.RETENTION_MS_CONFIG, retentionMs());
    defaults.put(TopicConfig.FLUSH_MS_CONFIG, flushMs());
    return defaults;
  }

  /// Milliseconds after which a segment is rolled whatever its size.
  public long segmentMs() {
    return millisOrHours(
        ServerLogConfigs.LOG_ROLL_TIME_MILLIS_CONFIG, ServerLogConfigs.LOG_ROLL_TIME_HOURS_CONFIG);
  }

  /// Milliseconds at most that are taken off [#segmentMs] at random.
  public long segmentJitterMs() {
    return millisOrHours(
        ServerLogConfigs.LOG_ROLL_TIME_JITTER_MILLIS_CONFIG,
        ServerLogConfigs.LOG_ROLL_TIME_JITTER_HOURS_CONFIG);
  }

  /// Milliseconds for which records are kept, -1 for ever.
  public long retentionMs() {
    Long millis = getLong(ServerLogConfigs.LOG_RETENTION_TIME_MILLIS_CONFIG);
    Integer minutes = getInt(ServerLogConfigs.LOG_RETENTION_TIME_MINUTES_CONFIG);
    long result;
    if (millis != null) {
      result = millis;
    } else if (minutes != null) {
      result = minutes * 60_000L;
    } else {
      result = getInt(ServerLogConfigs.LOG_RETENTION_TIME_HOURS_CONFIG) * 3_600_000L;
    }
    return result < 0 ? -1 : result;
  }

  /// Milliseconds after which unflushed records are flushed.
  public long flushMs() {
    Long millis = getLong(ServerLogConfigs.LOG_FLUSH_INTERVAL_MS_CONFIG);
    return millis != null
        ? millis
        : getLong(ServerLogConfigs.LOG_FLUSH_SCHEDULER_INTERVAL_MS_CONFIG);
  }

  /// Where `__cluster_metadata-0` lies.
  public String metadataLogDir() {
    @Nullable String dir = getString(MetadataLogConfig.METADATA_LOG_DIR_CONFIG);
    return dir != null ? dir : logDirs().getFirst();
  }

  /// Lower-cased names of the rebalance protocols that the group coordinator speaks.
  public List<String> rebalanceProtocols() {
    return getList("group.coordinator.rebalance.protocols").stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .toList();
  }

  private long millisOrHours(String millisKey, String hoursKey) {
    Long millis = getLong(millisKey);
    return millis != null ? millis : getInt(hoursKey) * 3_600_000L;
  }

  /// Any value in its own type, null where it is unset and has no default.
  @Override
  public @Nullable Object get(String key) {
    return super.get(key);
  }

  /// Values here never change; see [ConfigView] for those that do.
  @Override
  public void addReconfigurable(Reconfigurable reconfigurable) {
    throw new UnsupportedOperationException("immutable");
  }

  @Override
  public void removeReconfigurable(Reconfigurable reconfigurable) {
    throw new UnsupportedOperationException("immutable");
  }
}
