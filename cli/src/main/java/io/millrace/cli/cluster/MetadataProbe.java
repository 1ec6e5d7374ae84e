package io.millrace.cli.cluster;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/// Asks a node for its cluster's metadata: request Metadata version 1 of Kafka's protocol, without
/// topics, written and read by hand. Kafka's client would take longer to load than a node to start.
final class MetadataProbe {
  private static final int METADATA = 3;
  private static final int VERSION = 1;
  private static final int CORRELATION_ID = 1;
  private static final int MAX_ANSWER_BYTES = 1 << 20;

  /// What a node says of its cluster.
  ///
  /// @param brokers how many brokers it knows
  /// @param controller the id that it gives as the controller's, -1 if it knows none
  record Answer(int brokers, int controller) {
    /// Whether clients would find everything of a cluster of `nodes`.
    boolean isComplete(int nodes) {
      return brokers >= nodes && controller >= 0;
    }
  }

  private MetadataProbe() {}

  /// Asks once.
  ///
  /// @return null if nobody answers within `timeoutMs`, or not with metadata
  static @Nullable Answer ask(String host, int port, int timeoutMs) {
    try (var socket = new Socket()) {
      socket.setSoTimeout(timeoutMs);
      socket.connect(new InetSocketAddress(host, port), timeoutMs);
      socket.getOutputStream().write(request());
      return read(new DataInputStream(socket.getInputStream()));
    } catch (IOException _) {
      return null;
    }
  }

  static byte[] request() throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    byte[] clientId = {'m', 'i', 'l', 'l', 'r', 'a', 'c', 'e'};
    out.writeInt(2 + 2 + 4 + 2 + clientId.length + 4);
    out.writeShort(METADATA);
    out.writeShort(VERSION);
    out.writeInt(CORRELATION_ID);
    out.writeShort(clientId.length);
    out.write(clientId);
    out.writeInt(0); // no topics
    return bytes.toByteArray();
  }

  static @Nullable Answer read(DataInputStream in) throws IOException {
    int size = in.readInt();
    if (size < 4 || size > MAX_ANSWER_BYTES) {
      return null;
    }
    var body = new DataInputStream(new ByteArrayInputStream(in.readNBytes(size)));
    if (body.readInt() != CORRELATION_ID) {
      return null;
    }
    int brokers = body.readInt();
    for (int i = 0; i < brokers; i++) {
      body.readInt(); // node id
      skipString(body); // host
      body.readInt(); // port
      skipString(body); // rack
    }
    return new Answer(brokers, body.readInt());
  }

  private static void skipString(DataInputStream in) throws IOException {
    int length = in.readShort();
    if (length > 0) {
      in.skipNBytes(length);
    }
  }
}
