package io.millrace.cli.client;

import io.millrace.cli.CommandFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// The elements of one big JSON array, read as a stream: each as the very bytes of the source,
/// without the white space around it. Only brackets and strings are looked at; what an element
/// means is the reader's business.
final class JsonElements implements RecordSource {
  private final InputStream in;
  private final ByteArrayOutputStream element = new ByteArrayOutputStream(512);
  private boolean opened;
  private boolean ended;

  JsonElements(InputStream in) {
    this.in = in;
  }

  @Override
  public byte @Nullable [] next() throws IOException {
    if (!opened) {
      opened = true;
      if (skipBlanks() != '[') {
        throw damaged("does not begin with [");
      }
    }
    if (ended) {
      return null;
    }
    element.reset();
    int depth = 0;
    int at = skipBlanks();
    if (at == ']' && element.size() == 0) {
      ended = true;
      return null;
    }
    while (true) {
      switch (at) {
        case -1 -> throw damaged("ends in the middle");
        case '"' -> {
          element.write('"');
          copyString();
        }
        case '{', '[' -> {
          depth++;
          element.write(at);
        }
        case '}', ']', ',' -> {
          if (depth == 0) {
            ended = at != ',';
            return trimmed();
          }
          depth -= at == ',' ? 0 : 1;
          element.write(at);
        }
        default -> element.write(at);
      }
      at = in.read();
    }
  }

  /// Copies up to the closing quotation mark.
  private void copyString() throws IOException {
    for (int at = in.read(); at != '"'; at = in.read()) {
      if (at == -1) {
        throw damaged("ends inside a string");
      }
      element.write(at);
      if (at == '\\') {
        element.write(in.read());
      }
    }
    element.write('"');
  }

  private byte[] trimmed() {
    byte[] bytes = element.toByteArray();
    int end = bytes.length;
    while (end > 0 && isBlank(bytes[end - 1])) {
      end--;
    }
    return end == bytes.length ? bytes : java.util.Arrays.copyOf(bytes, end);
  }

  private int skipBlanks() throws IOException {
    int at = in.read();
    while (isBlank(at)) {
      at = in.read();
    }
    return at;
  }

  private static boolean isBlank(int at) {
    return at == ' ' || at == '\n' || at == '\r' || at == '\t';
  }

  private static CommandFailure damaged(String how) {
    return CommandFailure.failed("the input is no JSON array: it " + how, "");
  }
}
