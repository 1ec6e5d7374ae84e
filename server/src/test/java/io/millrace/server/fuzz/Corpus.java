package io.millrace.server.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Inputs that once went wrong, or nearly: `fuzz/requests.txt` of the test resources, a request
/// without its length in hexadecimal on a line, what it is about in the comment above it.
final class Corpus {

  private static final String FILE = "/fuzz/requests.txt";

  private Corpus() {}

  static List<byte[]> requests() {
    List<byte[]> inputs = new ArrayList<>();
    try (InputStream in = Corpus.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is missing");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      text.lines()
          .map(String::trim)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .forEach(line -> inputs.add(HexFormat.of().parseHex(line)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return inputs;
  }
}
