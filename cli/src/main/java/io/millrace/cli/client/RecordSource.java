package io.millrace.cli.client;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Where records to produce come from, one after the other.
interface RecordSource {
  /// The next record's bytes; null at the end.
  byte @Nullable [] next() throws IOException;

  /// Reads `in` as records. It must support mark and reset.
  ///
  /// @param arrays whether input that begins with `[` is one JSON array of records; otherwise, and
  ///   for all other input, each line is a record
  static RecordSource of(InputStream in, boolean arrays) throws IOException {
    if (arrays) {
      in.mark(1 << 12);
      int first = in.read();
      while (Character.isWhitespace(first)) {
        first = in.read();
      }
      in.reset();
      if (first == '[') {
        return new JsonElements(in);
      }
    }
    return new Lines(in);
  }
}
