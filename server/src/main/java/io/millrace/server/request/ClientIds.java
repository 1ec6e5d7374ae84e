package io.millrace.server.request;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Remembers the client id of a connection, which is the same in every request: no string is made
/// for the second and later ones.
final class ClientIds {

  private byte[] lastBytes = {};
  private String last = "";

  @Nullable String read(WireReader reader) {
    int n = reader.length(false, 2);
    if (n < 0) {
      return null;
    }
    int at = reader.position();
    reader.skip(n);
    if (!matches(reader.bytes(), at, n)) {
      byte[] copy = new byte[n];
      reader.bytes().get(at, copy);
      lastBytes = copy;
      last = new String(copy, StandardCharsets.UTF_8);
    }
    return last;
  }

  private boolean matches(ByteBuffer bytes, int at, int n) {
    if (n != lastBytes.length) {
      return false;
    }
    for (int i = 0; i < n; i++) {
      if (bytes.get(at + i) != lastBytes[i]) {
        return false;
      }
    }
    return true;
  }
}
