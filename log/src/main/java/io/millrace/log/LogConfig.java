package io.millrace.log;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.jspecify.annotations.Nullable;

/// A topic's settings as far as its logs care, in Kafka's meaning of each (`TopicConfig`).
///
/// @param segmentIndexBytes most bytes of one index file
/// @param retentionBytes -1 for no bound
/// @param retentionMs -1 for no bound
/// @param compression codec that stored batches must have, null to keep the producer's
/// @param compact whether `cleanup.policy` names `compact`
/// @param delete whether `cleanup.policy` names `delete`
public record LogConfig(
    int segmentBytes,
    long segmentMs,
    long segmentJitterMs,
    int segmentIndexBytes,
    int indexIntervalBytes,
    long retentionBytes,
    long retentionMs,
    long fileDeleteDelayMs,
    long flushMessages,
    long flushMs,
    int maxMessageBytes,
    TimestampType timestampType,
    long timestampBeforeMaxMs,
    long timestampAfterMaxMs,
    @Nullable Compression compression,
    boolean compact,
    boolean delete) {

  /// Kafka's defaults.
  public static final LogConfig DEFAULTS =
      new LogConfig(
          1 << 30,
          7 * 24 * 3_600_000L,
          0,
          10 << 20,
          4096,
          -1,
          7 * 24 * 3_600_000L,
          60_000,
          Long.MAX_VALUE,
          Long.MAX_VALUE,
          1_048_588,
          TimestampType.CREATE_TIME,
          Long.MAX_VALUE,
          3_600_000,
          null,
          false,
          true);

  /// From effective topic settings (names and values of `TopicConfig`); what is absent keeps its
  /// default. Values have been validated before.
  public static LogConfig of(Map<String, String> settings) {
    return DEFAULTS.with(settings);
  }

  /// Whether nothing is acknowledged before it is synced.
  public boolean syncsBeforeAck() {
    return flushMessages <= 1;
  }

  /// This with some settings replaced, by Kafka's names.
  public LogConfig with(Map<String, String> settings) {
    Values v = new Values(settings);
    String policy = settings.get(TopicConfig.CLEANUP_POLICY_CONFIG);
    return new LogConfig(
        v.integer(TopicConfig.SEGMENT_BYTES_CONFIG, segmentBytes),
        v.number(TopicConfig.SEGMENT_MS_CONFIG, segmentMs),
        v.number(TopicConfig.SEGMENT_JITTER_MS_CONFIG, segmentJitterMs),
        v.integer(TopicConfig.SEGMENT_INDEX_BYTES_CONFIG, segmentIndexBytes),
        v.integer(TopicConfig.INDEX_INTERVAL_BYTES_CONFIG, indexIntervalBytes),
        v.number(TopicConfig.RETENTION_BYTES_CONFIG, retentionBytes),
        v.number(TopicConfig.RETENTION_MS_CONFIG, retentionMs),
        v.number(TopicConfig.FILE_DELETE_DELAY_MS_CONFIG, fileDeleteDelayMs),
        v.number(TopicConfig.FLUSH_MESSAGES_INTERVAL_CONFIG, flushMessages),
        v.number(TopicConfig.FLUSH_MS_CONFIG, flushMs),
        v.integer(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, maxMessageBytes),
        settings.containsKey(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG)
            ? TimestampType.forName(settings.get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG).trim())
            : timestampType,
        v.number(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, timestampBeforeMaxMs),
        v.number(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, timestampAfterMaxMs),
        v.compression(compression),
        policy == null ? compact : Values.names(policy, TopicConfig.CLEANUP_POLICY_COMPACT),
        policy == null ? delete : Values.names(policy, TopicConfig.CLEANUP_POLICY_DELETE));
  }

  /// This with one setting replaced, by Kafka's name.
  public LogConfig with(String name, Object value) {
    Map<String, String> one = new LinkedHashMap<>();
    one.put(name, String.valueOf(value));
    return with(one);
  }

  /// Reads typed values out of Kafka's strings.
  private record Values(Map<String, String> settings) {

    int integer(String name, int otherwise) {
      String value = settings.get(name);
      return value == null ? otherwise : Integer.parseInt(value.trim());
    }

    long number(String name, long otherwise) {
      String value = settings.get(name);
      return value == null ? otherwise : Long.parseLong(value.trim());
    }

    static boolean names(String list, String word) {
      for (String item : list.split(",")) {
        if (item.trim().equalsIgnoreCase(word)) {
          return true;
        }
      }
      return false;
    }

    @Nullable Compression compression(@Nullable Compression otherwise) {
      String name = settings.get(TopicConfig.COMPRESSION_TYPE_CONFIG);
      if (name == null) {
        return otherwise;
      }
      String codec = name.trim().toLowerCase(Locale.ROOT);
      if (codec.equals("producer")) {
        return null;
      }
      if (codec.equals("uncompressed")) {
        return Compression.NONE;
      }
      return switch (CompressionType.forName(codec)) {
        case NONE -> Compression.NONE;
        case SNAPPY -> Compression.snappy().build();
        case GZIP -> {
          int level =
              integer(
                  TopicConfig.COMPRESSION_GZIP_LEVEL_CONFIG, CompressionType.GZIP.defaultLevel());
          yield Compression.gzip().level(level).build();
        }
        case LZ4 -> {
          int level =
              integer(TopicConfig.COMPRESSION_LZ4_LEVEL_CONFIG, CompressionType.LZ4.defaultLevel());
          yield Compression.lz4().level(level).build();
        }
        case ZSTD -> {
          int level =
              integer(
                  TopicConfig.COMPRESSION_ZSTD_LEVEL_CONFIG, CompressionType.ZSTD.defaultLevel());
          yield Compression.zstd().level(level).build();
        }
      };
    }
  }
}
