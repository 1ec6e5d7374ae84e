package io.millrace.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.real.RealWorld;
import io.millrace.server.metrics.Exposition.Kind;
import io.millrace.server.request.ConnectionGate;
import io.millrace.server.request.RequestPath;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsListenerTest {

  private static final int TIMEOUT_MS = 10_000;

  private final RealWorld world = RealWorld.builder().build();
  private MetricsListener listener;

  @BeforeEach
  void listen() throws IOException {
    RequestPath path =
        new RequestPath(
            world,
            new ConnectionGate(world.clock(), 11, 1),
            new ConnectionGate(world.clock(), 11, 1),
            -1);
    MetricSource good = out -> out.single("answer", Kind.GAUGE, "The answer.", 42);
    MetricSource bad =
        _ -> {
          throw new IllegalStateException("no figures today");
        };
    MetricSource large =
        out -> {
          out.family("large", Kind.GAUGE, "Many.");
          for (int i = 0; i < 20_000; i++) {
            out.sample(i, "number", Integer.toString(i));
          }
        };
    listener = MetricsListener.open(world, path, List.of(bad, good, large), "127.0.0.1", 0);
  }

  @AfterEach
  void close() {
    listener.close();
    world.close();
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
    socket.setSoTimeout(TIMEOUT_MS);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /// One whole answer, head and body.
  private static String answer(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return head.toString();
      }
      head.append((char) next);
    }
    int at = head.indexOf("Content-Length: ") + "Content-Length: ".length();
    int length = Integer.parseInt(head.substring(at, head.indexOf("\r", at)));
    return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  @Test
  void answersScrapesOneAfterTheOtherOnAConnection() throws IOException {
    try (Socket socket = connect()) {
      for (int i = 0; i < 3; i++) {
        send(socket, "GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(answer(socket))
            .startsWith("HTTP/1.1 200 OK")
            .contains("text/plain; version=0.0.4")
            .contains("\nanswer 42\n")
            .endsWith("large{number=\"19999\"} 19999\n");
      }
    }
  }

  @Test
  void aHeadMayComeInPieces() throws IOException {
    try (Socket socket = connect()) {
      send(socket, "GET /met");
      send(socket, "rics HTTP/1.1\r\nHost: a\r\n");
      send(socket, "\r\n");

      assertThat(answer(socket)).contains("\nanswer 42\n");
    }
  }

  @Test
  void otherPathsAndMethodsAreRefusedAndClosed() throws IOException {
    for (String line : List.of("GET / HTTP/1.1", "POST /metrics HTTP/1.1", "nonsense")) {
      try (Socket socket = connect()) {
        send(socket, line + "\r\n\r\n");

        assertThat(answer(socket)).startsWith("HTTP/1.1 4");
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
    }
  }

  @Test
  void aHeadWithoutEndIsRefused() throws IOException {
    try (Socket socket = connect()) {
      send(socket, "GET /metrics HTTP/1.1\r\nX: " + "a".repeat(MetricsListener.MAX_HEAD_BYTES));

      assertThat(answer(socket)).startsWith("HTTP/1.1 431");
    }
  }

  @Test
  void moreConnectionsThanAllowedAreClosedAtOnce() throws IOException {
    java.util.ArrayList<Socket> open = new java.util.ArrayList<>();
    try {
      for (int i = 0; i < MetricsListener.MAX_CONNECTIONS; i++) {
        Socket socket = connect();
        open.add(socket);
        send(socket, "HEAD /metrics HTTP/1.1\r\n\r\n");
        assertThat(socket.getInputStream().read()).isEqualTo('H');
      }
      try (Socket beyond = connect()) {
        assertThat(beyond.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }
}
