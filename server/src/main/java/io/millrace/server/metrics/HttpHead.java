package io.millrace.server.metrics;

import io.millrace.runtime.ReceiveBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// As much of an HTTP/1.1 request's head as a scrape needs.
///
/// @param path without the query
record HttpHead(String method, String path) {

  /// Where the head ends: one behind the empty line; -1 where it is not all there.
  static int end(ReceiveBuffer in) {
    ByteBuffer bytes = in.bytes();
    for (int i = in.readIndex(); i + 3 < in.writeIndex(); i++) {
      if (bytes.get(i) == '\r'
          && bytes.get(i + 1) == '\n'
          && bytes.get(i + 2) == '\r'
          && bytes.get(i + 3) == '\n') {
        return i + 4;
      }
    }
    return -1;
  }

  /// Reads the request line; what is none gives an empty method.
  static HttpHead parse(ReceiveBuffer in, int end) {
    byte[] head = new byte[end - in.readIndex()];
    in.bytes().get(in.readIndex(), head);
    String text = new String(head, StandardCharsets.US_ASCII);
    String[] words = text.substring(0, text.indexOf('\r')).split(" ", -1);
    if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
      return new HttpHead("", "");
    }
    int query = words[1].indexOf('?');
    return new HttpHead(words[0], query < 0 ? words[1] : words[1].substring(0, query));
  }
}
