package io.millrace.cli.log;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.cli.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.metadata.MetadataJsonConverters;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordJsonConverters;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.jspecify.annotations.Nullable;

/// Makes records readable: Kafka's own records by what they mean, users' as text where they are
/// text and as hexadecimal digits elsewhere. The adapter to Kafka's record schemas for this room.
enum RecordText {
  USER {
    @Override
    void describeData(Map<String, Object> row, Record record) {
      row.put("key", utf8(bytes(record.hasKey() ? record.key() : null)));
      row.put("value", utf8(bytes(record.hasValue() ? record.value() : null)));
    }
  },

  /// Records of `__cluster_metadata`.
  METADATA {
    @Override
    void describeData(Map<String, Object> row, Record record) {
      ApiMessageAndVersion message =
          MetadataRecordSerde.INSTANCE.read(
              new ByteBufferAccessor(record.value()), record.valueSize());
      row.put("type", message.message().getClass().getSimpleName());
      row.put("version", (int) message.version());
      row.put(
          "record", plain(MetadataJsonConverters.writeJson(message.message(), message.version())));
    }
  },

  /// Records of `__consumer_offsets`.
  GROUPS {
    @Override
    void describeData(Map<String, Object> row, Record record) {
      CoordinatorRecord decoded =
          new GroupCoordinatorRecordSerde()
              .deserialize(record.key(), record.hasValue() ? record.value() : null);
      row.put("type", decoded.key().getClass().getSimpleName());
      row.put("key", plain(CoordinatorRecordJsonConverters.writeRecordKeyAsJson(decoded.key())));
      ApiMessageAndVersion value = decoded.value();
      row.put(
          "value",
          value == null
              ? "(tombstone)"
              : plain(
                  CoordinatorRecordJsonConverters.writeRecordValueAsJson(
                      value.message(), value.version())));
    }
  };

  /// Every control record's value has been written in this version so far.
  private static final short CONTROL_VERSION = 0;

  /// How the records of this file are read, by the name of its directory.
  static RecordText of(Path file) {
    Path directory = file.toAbsolutePath().getParent();
    String partition = directory == null ? "" : String.valueOf(directory.getFileName());
    if (partition.startsWith("__cluster_metadata-")) {
      return METADATA;
    }
    return partition.startsWith("__consumer_offsets-") ? GROUPS : USER;
  }

  /// Adds what a data record says to `row`.
  abstract void describeData(Map<String, Object> row, Record record);

  /// Adds what the record says to `row`. What cannot be decoded is shown as bytes.
  void describe(Map<String, Object> row, boolean control, Record record) {
    try {
      if (control) {
        describeControl(row, record);
      } else {
        describeData(row, record);
      }
    } catch (RuntimeException e) {
      row.put("undecodable", String.valueOf(e.getMessage()));
      USER.describeData(row, record);
    }
  }

  private static void describeControl(Map<String, Object> row, Record record) {
    ControlRecordType type = ControlRecordType.parse(record.key());
    row.put("control", type.name());
    @Nullable ApiMessage message =
        switch (type) {
          case LEADER_CHANGE -> read(new LeaderChangeMessage(), record);
          case SNAPSHOT_HEADER -> read(new SnapshotHeaderRecord(), record);
          case SNAPSHOT_FOOTER -> read(new SnapshotFooterRecord(), record);
          case KRAFT_VERSION -> read(new KRaftVersionRecord(), record);
          case KRAFT_VOTERS -> read(new VotersRecord(), record);
          case ABORT, COMMIT, UNKNOWN -> null;
        };
    if (message != null) {
      row.put("record", message.toString());
    }
  }

  private static ApiMessage read(ApiMessage into, Record record) {
    into.read(new ByteBufferAccessor(record.value()), CONTROL_VERSION);
    return into;
  }

  /// Kafka's JSON as maps and lists.
  private static Object plain(JsonNode json) {
    try {
      Object value = Json.read(json.toString());
      return value == null ? "(null)" : value;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte @Nullable [] bytes(@Nullable ByteBuffer buffer) {
    if (buffer == null) {
      return null;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /// Text where the bytes are text, else `0x` and hexadecimal digits.
  static String utf8(byte @Nullable [] bytes) {
    if (bytes == null) {
      return "(null)";
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      return "0x" + HexFormat.of().formatHex(bytes);
    }
  }
}
