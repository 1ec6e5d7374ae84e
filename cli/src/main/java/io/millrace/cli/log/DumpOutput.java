package io.millrace.cli.log;

import io.millrace.cli.Console;
import io.millrace.cli.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where rows of a dump go: for people, a heading a file and `name value` pairs; for programs, one
/// object a row.
abstract class DumpOutput {
  /// One row about `file`.
  abstract void row(Path file, Map<String, Object> fields);

  /// One row of names and values.
  void row(Path file, Object... namesAndValues) {
    row(file, Json.object(namesAndValues));
  }

  static DumpOutput json(Console console) {
    return new DumpOutput() {
      @Override
      void row(Path file, Map<String, Object> fields) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("file", file.toString());
        row.putAll(fields);
        console.json(row);
      }
    };
  }

  private static String textOf(Object value) {
    return value instanceof Map<?, ?> || value instanceof List<?>
        ? Json.write(value)
        : value.toString();
  }

  static DumpOutput text(Console console) {
    return new DumpOutput() {
      private @Nullable Path last;

      @Override
      void row(Path file, Map<String, Object> fields) {
        if (!file.equals(last)) {
          console.line(file.toString());
          last = file;
        }
        var line = new StringBuilder(fields.containsKey("batch") ? "  " : "    ");
        fields.forEach(
            (name, value) -> line.append(name).append(' ').append(textOf(value)).append("  "));
        console.line(line.toString().stripTrailing());
      }
    };
  }
}
