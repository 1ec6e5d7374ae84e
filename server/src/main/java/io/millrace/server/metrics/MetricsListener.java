package io.millrace.server.metrics;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.Network;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.Timer;
import io.millrace.runtime.World;
import io.millrace.server.request.LoopContext;
import io.millrace.server.request.LoopTraffic;
import io.millrace.server.request.RequestPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers `GET /metrics` over HTTP/1.1, on a listener of its own.
///
/// Bounded: so many connections, a request head of so many bytes, one scrape a connection at a
/// time. What is asked in any other way is answered by a status and a closed connection.
public final class MetricsListener implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MetricsListener.class);

  static final int MAX_CONNECTIONS = 16;
  static final int MAX_HEAD_BYTES = 8 << 10;
  private static final int CHUNK_BYTES = 64 << 10;

  /// Longer than scrapes usually are apart.
  private static final long IDLE_NANOS = 150_000_000_000L;

  private final World world;
  private final RequestPath path;
  private final List<MetricSource> sources;
  private final AtomicInteger connections = new AtomicInteger();
  private final Network.Acceptor acceptor;

  private MetricsListener(
      World world, RequestPath path, List<MetricSource> sources, String host, int port)
      throws IOException {
    this.world = world;
    this.path = path;
    this.sources = List.copyOf(sources);
    this.acceptor = world.network().listen(host, port, Exchange::new);
  }

  /// Listens on `host` and `port` (0: any free one).
  ///
  /// @throws IOException when the address cannot be bound
  public static MetricsListener open(
      World world, RequestPath path, List<MetricSource> sources, String host, int port)
      throws IOException {
    return new MetricsListener(world, path, sources, host, port);
  }

  public int port() {
    return acceptor.port();
  }

  /// Takes no new connection; those that are open end with the node.
  @Override
  public void close() {
    acceptor.close();
  }

  /// Gathers the loops' figures by message, then writes on a worker.
  private void scrape(Consumer<byte[]> onText) {
    LoopTraffic sum = new LoopTraffic();
    List<LoopContext> loops = path.contexts();
    AtomicInteger missing = new AtomicInteger(loops.size());
    for (LoopContext loop : loops) {
      loop.mailbox()
          .post(() -> {
            LoopTraffic copy = loop.traffic().copy();
            synchronized (sum) {
              sum.add(copy);
            }
            if (missing.decrementAndGet() == 0) {
              world.workers().execute(() -> onText.accept(text(sum)));
            }
          });
    }
  }

  private byte[] text(LoopTraffic sum) {
    Exposition out = new Exposition();
    synchronized (sum) {
      RequestFigures.write(out, sum, path.counters());
    }
    for (MetricSource source : sources) {
      try {
        source.write(out);
      } catch (RuntimeException e) {
        // The others' figures are worth having without it.
        LOG.error("{} has no figures", source.getClass().getSimpleName(), e);
      }
    }
    return out.toBytes();
  }

  /// One connection. On its loop.
  private final class Exchange implements ConnectionHandler {

    private @Nullable Connection connection;
    private @Nullable Timer idle;
    private boolean counted;
    private boolean answering;

    @Override
    public void onOpen(Connection opened) {
      connection = opened;
      counted = connections.incrementAndGet() <= MAX_CONNECTIONS;
      if (!counted) {
        connections.decrementAndGet();
        opened.close();
      } else {
        watch(opened);
      }
    }

    private void watch(Connection open) {
      if (idle != null) {
        idle.cancel();
      }
      idle = open.loop().schedule(IDLE_NANOS, open::close);
    }

    @Override
    public int onReceive(ReceiveBuffer in) {
      if (answering) {
        return 0;
      }
      int end = HttpHead.end(in);
      if (end < 0) {
        if (in.readableBytes() > MAX_HEAD_BYTES) {
          in.readIndex(in.writeIndex());
          refuse("431 Request Header Fields Too Large");
        }
        return 0;
      }
      HttpHead head = HttpHead.parse(in, end);
      in.readIndex(end);
      if (!head.method().equals("GET") && !head.method().equals("HEAD")) {
        refuse("405 Method Not Allowed");
      } else if (!head.path().equals("/metrics")) {
        refuse("404 Not Found");
      } else {
        answer(head);
      }
      return 0;
    }

    private void answer(HttpHead head) {
      Connection open = connection;
      if (open == null) {
        return;
      }
      answering = true;
      watch(open);
      open.setReading(false);
      scrape(body -> open.loop().execute(() -> send(open, head, body)));
    }

    private void send(Connection open, HttpHead head, byte[] body) {
      if (connection == null) {
        return;
      }
      write(
          open,
          ("HTTP/1.1 200 OK\r\nContent-Type: "
                  + Exposition.CONTENT_TYPE
                  + "\r\nContent-Length: "
                  + body.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      if (head.method().equals("GET")) {
        write(open, body);
      }
      open.flush();
      answering = false;
      open.setReading(true);
    }

    private void refuse(String status) {
      Connection open = connection;
      if (open == null) {
        return;
      }
      answering = true;
      String text = "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      write(open, text.getBytes(StandardCharsets.US_ASCII));
      open.flush();
      if (open.queuedBytes() == 0) {
        open.close();
      }
    }

    private static void write(Connection open, byte[] bytes) {
      for (int at = 0; at < bytes.length; at += CHUNK_BYTES) {
        int length = Math.min(CHUNK_BYTES, bytes.length - at);
        ByteBuffer room = open.reserve(length);
        room.put(bytes, at, length);
        open.commit();
      }
    }

    @Override
    public void onReceiveComplete() {
      // What is answered is flushed where it is written.
    }

    @Override
    public void onWritable() {
      // A scrape is queued whole: there is nothing to go on with.
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
      connection = null;
      if (idle != null) {
        idle.cancel();
      }
      if (counted) {
        counted = false;
        connections.decrementAndGet();
      }
    }
  }
}
