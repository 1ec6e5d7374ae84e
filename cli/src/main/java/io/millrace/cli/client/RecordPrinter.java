package io.millrace.cli.client;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/// Writes consumed records, one a line.
interface RecordPrinter {
  /// Writes one record and a line's end.
  void print(ConsumerRecord<byte[], byte[]> record) throws IOException;

  /// The record's value as it is; before it, where a separator is given, key and separator.
  static RecordPrinter plain(OutputStream out, @Nullable String keySeparator) {
    byte[] separator =
        keySeparator == null ? new byte[0] : keySeparator.getBytes(StandardCharsets.UTF_8);
    return record -> {
      if (keySeparator != null) {
        byte[] key = record.key();
        if (key != null) {
          out.write(key);
        }
        out.write(separator);
      }
      byte[] value = record.value();
      if (value != null) {
        out.write(value);
      }
      out.write('\n');
    };
  }

  /// One JSON object: topic, partition, offset, timestamp (ms), key, value, headers. Bytes that are
  /// not UTF-8 come in Base64, under `key_base64` or `value_base64`.
  static RecordPrinter json(OutputStream out) throws IOException {
    return new JsonLines(out);
  }

  /// See [#json].
  final class JsonLines implements RecordPrinter {
    private final OutputStream out;
    private final JsonGenerator json;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();

    JsonLines(OutputStream out) throws IOException {
      this.out = out;
      this.json = new JsonFactory().createGenerator(out, JsonEncoding.UTF8);
      json.setRootValueSeparator(null);
    }

    @Override
    public void print(ConsumerRecord<byte[], byte[]> record) throws IOException {
      json.writeStartObject();
      json.writeStringField("topic", record.topic());
      json.writeNumberField("partition", record.partition());
      json.writeNumberField("offset", record.offset());
      json.writeNumberField("timestamp", record.timestamp());
      write("key", record.key());
      write("value", record.value());
      if (record.headers().iterator().hasNext()) {
        json.writeArrayFieldStart("headers");
        for (Header header : record.headers()) {
          json.writeStartObject();
          json.writeStringField("name", header.key());
          write("value", header.value());
          json.writeEndObject();
        }
        json.writeEndArray();
      }
      json.writeEndObject();
      json.flush();
      out.write('\n');
    }

    private void write(String name, byte @Nullable [] bytes) throws IOException {
      if (bytes == null) {
        json.writeNullField(name);
        return;
      }
      try {
        json.writeStringField(name, utf8.decode(ByteBuffer.wrap(bytes)).toString());
      } catch (CharacterCodingException _) {
        json.writeBinaryField(name + "_base64", bytes);
      }
    }
  }
}
