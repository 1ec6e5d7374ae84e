package io.millrace.cli.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Lines as records, without the line's end (`\n` or `\r\n`). A last line need not have one.
final class Lines implements RecordSource {
  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);

  Lines(InputStream in) {
    this.in = in;
  }

  @Override
  public byte @Nullable [] next() throws IOException {
    line.reset();
    int at = in.read();
    if (at == -1) {
      return null;
    }
    while (at != '\n' && at != -1) {
      line.write(at);
      at = in.read();
    }
    byte[] bytes = line.toByteArray();
    return bytes.length > 0 && bytes[bytes.length - 1] == '\r'
        ? java.util.Arrays.copyOf(bytes, bytes.length - 1)
        : bytes;
  }
}
