package io.millrace.server.fuzz;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.NullableSchema;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.utils.ByteUtils;

/// Requests that follow the protocol, with contents at random: every API in every version, from the
/// schemas of Kafka's message classes.
final class RequestShapes {

  private static final int MOST_BYTES = 256 * 1024;

  private static final List<Type> STRINGS =
      List.of(Type.STRING, Type.NULLABLE_STRING, Type.COMPACT_STRING, Type.COMPACT_NULLABLE_STRING);

  private static final List<Type> BLOBS =
      List.of(Type.BYTES, Type.NULLABLE_BYTES, Type.COMPACT_BYTES, Type.COMPACT_NULLABLE_BYTES);

  private static final List<Type> RECORDS =
      List.of(
          Type.RECORDS, Type.NULLABLE_RECORDS, Type.COMPACT_RECORDS, Type.COMPACT_NULLABLE_RECORDS);

  private static final List<Type> COMPACT =
      List.of(
          Type.COMPACT_STRING,
          Type.COMPACT_NULLABLE_STRING,
          Type.COMPACT_BYTES,
          Type.COMPACT_NULLABLE_BYTES,
          Type.COMPACT_RECORDS,
          Type.COMPACT_NULLABLE_RECORDS);

  private static final long[] NUMBERS = {0, 1, 2, 3, -1, -2, 100, 32_767, 1 << 20, 1L << 40};

  private final RandomGenerator random;
  private final BatchShapes batches;
  private final List<String> words;
  private final List<Uuid> ids;

  /// @param words what stands in strings: names that exist, and some that do not
  /// @param ids topic ids that exist
  RequestShapes(RandomGenerator random, List<String> words, List<Uuid> ids) {
    this.random = random;
    this.batches = new BatchShapes(random);
    this.words = words;
    this.ids = ids;
  }

  /// A request without its length: header and body.
  byte[] request(ApiKeys api, short version, int correlationId) {
    while (true) {
      ByteBuffer out = ByteBuffer.allocate(MOST_BYTES);
      try {
        out.putShort(api.id).putShort(version).putInt(correlationId);
        out.putShort((short) 4).put("fuzz".getBytes(StandardCharsets.US_ASCII));
        if (api.requestHeaderVersion(version) >= 2) {
          out.put((byte) 0);
        }
        struct(out, ApiMessageType.fromApiKey(api.id).requestSchemas()[version], 0);
        return Arrays.copyOf(out.array(), out.position());
      } catch (BufferOverflowException _) {
        // Too large: another one.
      }
    }
  }

  private void struct(ByteBuffer out, Schema schema, int depth) {
    for (BoundField field : schema.fields()) {
      value(out, field.def.type, field.def.name, depth);
    }
  }

  private void value(ByteBuffer out, Type type, String name, int depth) {
    if (type instanceof NullableSchema nullable) {
      boolean present = random.nextBoolean();
      out.put((byte) (present ? 1 : -1));
      if (present) {
        struct(out, nullable, depth);
      }
    } else if (type instanceof Schema schema) {
      struct(out, schema, depth);
    } else if (type instanceof TaggedFields tagged) {
      tags(out, tagged, depth);
    } else if (type.isArray()) {
      array(out, type, name, depth);
    } else if (STRINGS.contains(type)) {
      bytes(out, type, 2, string());
    } else if (BLOBS.contains(type)) {
      bytes(out, type, 4, blob());
    } else if (RECORDS.contains(type)) {
      bytes(out, type, 4, random.nextInt(16) == 0 ? blob() : batches.batch());
    } else {
      number(out, type, name);
    }
  }

  private void array(ByteBuffer out, Type type, String name, int depth) {
    boolean isNull = type.isNullable() && random.nextInt(8) == 0;
    int count = isNull ? -1 : random.nextInt(depth == 0 ? 4 : 3);
    if (type instanceof CompactArrayOf) {
      ByteUtils.writeUnsignedVarint(count + 1, out);
    } else {
      out.putInt(count);
    }
    Type element = type.arrayElementType().orElseThrow();
    for (int i = 0; i < count; i++) {
      value(out, element, name, depth + 1);
    }
  }

  private void tags(ByteBuffer out, TaggedFields tagged, int depth) {
    if (random.nextInt(4) != 0) {
      out.put((byte) 0);
      return;
    }
    Map<Integer, Field> known = tagged.fields();
    int unknown = random.nextInt(2);
    ByteUtils.writeUnsignedVarint(known.size() + unknown, out);
    known.forEach((tag, field) -> {
      ByteBuffer content = ByteBuffer.allocate(out.remaining());
      value(content, field.type, field.name, depth + 1);
      ByteUtils.writeUnsignedVarint(tag, out);
      ByteUtils.writeUnsignedVarint(content.position(), out);
      out.put(content.flip());
    });
    if (unknown == 1) {
      byte[] content = blob();
      ByteUtils.writeUnsignedVarint(100, out);
      ByteUtils.writeUnsignedVarint(content.length, out);
      out.put(content);
    }
  }

  private void bytes(ByteBuffer out, Type type, int plainWidth, byte[] content) {
    boolean isNull = type.isNullable() && random.nextInt(8) == 0;
    if (COMPACT.contains(type)) {
      ByteUtils.writeUnsignedVarint(isNull ? 0 : content.length + 1, out);
    } else if (plainWidth == 2) {
      out.putShort((short) (isNull ? -1 : content.length));
    } else {
      out.putInt(isNull ? -1 : content.length);
    }
    if (!isNull) {
      out.put(content);
    }
  }

  private byte[] string() {
    return words.get(random.nextInt(words.size())).getBytes(StandardCharsets.UTF_8);
  }

  private byte[] blob() {
    byte[] blob = new byte[random.nextInt(64)];
    random.nextBytes(blob);
    return blob;
  }

  private void number(ByteBuffer out, Type type, String name) {
    long n = number(name);
    if (type == Type.UUID) {
      Uuid id =
          ids.isEmpty() || random.nextInt(3) == 0
              ? new Uuid(random.nextLong(), n)
              : ids.get(random.nextInt(ids.size()));
      type.write(out, id);
    } else if (type == Type.BOOLEAN) {
      type.write(out, random.nextBoolean());
    } else if (type == Type.INT8) {
      out.put((byte) n);
    } else if (type == Type.INT16 || type == Type.UINT16) {
      out.putShort((short) n);
    } else if (type == Type.INT32 || type == Type.UNSIGNED_INT32) {
      out.putInt((int) n);
    } else if (type == Type.INT64) {
      out.putLong(n);
    } else if (type == Type.FLOAT64) {
      out.putDouble(n / 3.0);
    } else {
      throw new AssertionError("no shape for " + type);
    }
  }

  /// Waiting is cheap for the server and long for us.
  private long number(String name) {
    if (name.endsWith("_wait_ms") || name.contains("timeout")) {
      return random.nextInt(4) == 0 ? 5 : 0;
    }
    return random.nextInt(16) == 0 ? random.nextLong() : NUMBERS[random.nextInt(NUMBERS.length)];
  }
}
