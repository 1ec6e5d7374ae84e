package io.millrace.metadata.raft;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;

/// Jackson's trees to text and back over its streams, for the voter's file that every start reads
/// or writes: an `ObjectMapper`, or a node's `toString`, would load 400 classes for it, on the way
/// to the first election (decision 0010). Knows what Kafka's generated converters make and take:
/// objects, arrays, strings, whole numbers and null.
final class JsonText {
  private static final JsonFactory STREAMS = new JsonFactory();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private JsonText() {}

  /// The one object that a text holds.
  ///
  /// @throws IOException if it is not JSON, not an object, or holds anything else
  static ObjectNode read(byte[] text) throws IOException {
    try (JsonParser parser = STREAMS.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("it is not a JSON object");
      }
      ObjectNode object = readObject(parser);
      if (parser.nextToken() != null) {
        throw new IOException("there is more behind the JSON object");
      }
      return object;
    }
  }

  private static ObjectNode readObject(JsonParser parser) throws IOException {
    ObjectNode object = NODES.objectNode();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      object.set(name, readValue(parser));
    }
    return object;
  }

  private static ArrayNode readArray(JsonParser parser) throws IOException {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(readValue(parser));
    }
    return array;
  }

  private static JsonNode readValue(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> readObject(parser);
      case START_ARRAY -> readArray(parser);
      case VALUE_STRING -> NODES.textNode(parser.getText());
      case VALUE_NULL -> NODES.nullNode();
      case VALUE_NUMBER_INT -> {
        long number = parser.getLongValue();
        yield number == (int) number ? NODES.numberNode((int) number) : NODES.numberNode(number);
      }
      default -> throw new IOException("unexpected " + parser.getText());
    };
  }

  /// A tree as one line.
  static byte[] write(JsonNode tree) throws IOException {
    var text = new ByteArrayOutputStream();
    try (JsonGenerator generator = STREAMS.createGenerator(text)) {
      write(tree, generator);
    }
    return text.toByteArray();
  }

  private static void write(JsonNode node, JsonGenerator generator) throws IOException {
    if (node.isObject()) {
      generator.writeStartObject();
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        generator.writeFieldName(field.getKey());
        write(field.getValue(), generator);
      }
      generator.writeEndObject();
    } else if (node.isArray()) {
      generator.writeStartArray();
      for (JsonNode element : node) {
        write(element, generator);
      }
      generator.writeEndArray();
    } else if (node.isTextual()) {
      generator.writeString(node.textValue());
    } else if (node.isIntegralNumber()) {
      generator.writeNumber(node.longValue());
    } else if (node.isNull()) {
      generator.writeNull();
    } else {
      throw new IOException("unexpected " + node.getNodeType());
    }
  }
}
