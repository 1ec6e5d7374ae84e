package io.millrace.cli.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.cli.CommandFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Splits an input record into key and value.
sealed interface RecordKeys {
  /// A record's two halves.
  ///
  /// @param key null where there is none
  /// @param value what is left
  record KeyValue(byte @Nullable [] key, byte[] value) {}

  /// Splits one record.
  KeyValue split(byte[] input);

  /// Records have no key.
  record None() implements RecordKeys {
    @Override
    public KeyValue split(byte[] input) {
      return new KeyValue(null, input);
    }
  }

  /// The key stands before the first `separator`; without one, a record has no key.
  record BeforeSeparator(String separator) implements RecordKeys {
    @Override
    public KeyValue split(byte[] input) {
      byte[] mark = separator.getBytes(StandardCharsets.UTF_8);
      for (int at = 0; at + mark.length <= input.length; at++) {
        if (Arrays.equals(input, at, at + mark.length, mark, 0, mark.length)) {
          return new KeyValue(
              Arrays.copyOf(input, at), Arrays.copyOfRange(input, at + mark.length, input.length));
        }
      }
      return new KeyValue(null, input);
    }
  }

  /// The record is a JSON object and stays whole; its key is the text of one of its fields. A
  /// record without that field, or with null there, has no key.
  record JsonField(String field) implements RecordKeys {
    private static final JsonFactory FACTORY = new JsonFactory();

    @Override
    public KeyValue split(byte[] input) {
      try (JsonParser parser = FACTORY.createParser(input)) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          throw notAnObject(input, null);
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          boolean found = parser.currentName().equals(field);
          JsonToken value = parser.nextToken();
          if (found && value == JsonToken.VALUE_NULL) {
            break;
          }
          if (found && value.isScalarValue()) {
            return new KeyValue(parser.getText().getBytes(StandardCharsets.UTF_8), input);
          }
          parser.skipChildren();
        }
        return new KeyValue(null, input);
      } catch (IOException e) {
        throw notAnObject(input, e);
      }
    }

    private CommandFailure notAnObject(byte[] input, @Nullable Exception cause) {
      String start = new String(input, 0, Math.min(input.length, 60), StandardCharsets.UTF_8);
      return new CommandFailure(
          io.millrace.cli.ExitCode.FAILED,
          "--key-field " + field + " needs JSON objects, not: " + start,
          "one object a line, or one array of objects",
          cause);
    }
  }
}
