package io.millrace.runtime.real;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.FileSlice;
import io.millrace.runtime.ReceiveBuffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the network and the files cost by themselves: CPU of the server's one loop a request and a
/// gigabyte, to be held against the trial of a minimal data plane (small requests 3 to 7 µs, bulk
/// 0.56 s/GB with its checksum, fetch 0.4 to 0.5 s/GB). A program, not a test: `main` prints a line
/// a load.
final class LoadCheck {

  private static final int ANSWER_BYTES = 60;
  private static final int SLICE_BYTES = 1 << 20;
  private static final long FILE_BYTES = 256L << 20;

  private final DiskFile file;
  private long fileEnd;

  private LoadCheck(DiskFile file) {
    this.file = file;
  }

  /// @param connections sockets of the client
  /// @param depth requests in flight on each
  /// @param requestBytes payload of a request
  /// @param answerBytes bytes of an answer, its header included
  private record Load(
      String name, int connections, int depth, int requestBytes, int answerBytes, Answer answer) {}

  private enum Answer {
    /// A short one.
    ECHO,
    /// A short one, after the payload was appended to the file.
    APPEND,
    /// A header and a slice of the file that is probed for residency.
    SLICE,
    /// The same, marked as recent.
    RECENT
  }

  public static void main(String[] arguments) throws IOException {
    double seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 2;
    Path directory = Files.createTempDirectory("load");
    try (RealWorld world =
        RealWorld.builder().loops(1).nativeTransport(!Boolean.getBoolean("nio")).build()) {
      DiskFile file = world.disk().open(directory.resolve("log"));
      LoadCheck check = new LoadCheck(file);
      check.fill();
      Load[] loads = {
        new Load("S1 echo", 16, 1, 150, ANSWER_BYTES, Answer.ECHO),
        new Load("S5 echo", 16, 5, 150, ANSWER_BYTES, Answer.ECHO),
        new Load("S1 append", 16, 1, 150, ANSWER_BYTES, Answer.APPEND),
        new Load("S5 append", 16, 5, 150, ANSWER_BYTES, Answer.APPEND),
        new Load("B1K append", 6, 5, 61_440, ANSWER_BYTES, Answer.APPEND),
        new Load("B1K echo", 6, 5, 61_440, ANSWER_BYTES, Answer.ECHO),
        new Load("fetch", 6, 1, 50, ANSWER_BYTES + SLICE_BYTES, Answer.SLICE),
        new Load("fetch recent", 6, 1, 50, ANSWER_BYTES + SLICE_BYTES, Answer.RECENT),
      };
      for (int round = 0; round < 3; round++) {
        for (Load load : loads) {
          check.run(world, load, seconds);
        }
      }
      file.release();
    } finally {
      new NioDisk().deleteTree(directory);
    }
  }

  private void fill() throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(SLICE_BYTES);
    for (long at = 0; at < FILE_BYTES; at += SLICE_BYTES) {
      file.write(zeros.clear(), at);
    }
  }

  private void run(RealWorld world, Load load, double seconds) throws IOException {
    var acceptor = world.network().listen("127.0.0.1", 0, () -> new Server(load));
    try (Client client = new Client(load, acceptor.port())) {
      client.run(seconds / 4);
      long loop = loop();
      long cpu = THREADS.getThreadCpuTime(loop);
      long heap = THREADS.getThreadAllocatedBytes(loop);
      long start = System.nanoTime();
      long answers = client.run(seconds);
      double wall = (System.nanoTime() - start) / 1e9;
      double used = (THREADS.getThreadCpuTime(loop) - cpu) / 1e3;
      double allocated = THREADS.getThreadAllocatedBytes(loop) - heap;
      double bytes = answers * (double) Math.max(load.requestBytes, load.answerBytes);
      System.out.printf(
          Locale.ROOT,
          "%-13s %8.0f/s  %7.2f us/request  %5.2f CPU s/GB  %5.0f bytes allocated a request%n",
          load.name,
          answers / wall,
          used / answers,
          used / 1e6 / (bytes / 1e9),
          allocated / answers);
    } finally {
      acceptor.close();
    }
  }

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// The id of the server's one loop.
  private static long loop() {
    for (long id : THREADS.getAllThreadIds()) {
      var info = THREADS.getThreadInfo(id);
      if (info != null && info.getThreadName().startsWith("loop-")) {
        return id;
      }
    }
    throw new IllegalStateException("no loop");
  }

  private final class Server implements ConnectionHandler {
    private final Load load;
    private @Nullable Connection connection;

    Server(Load load) {
      this.load = load;
    }

    @Override
    public void onOpen(Connection opened) {
      connection = opened;
    }

    @Override
    public int onReceive(ReceiveBuffer in) {
      ByteBuffer bytes = in.bytes();
      while (in.readableBytes() >= 4) {
        int frame = 4 + bytes.getInt(in.readIndex());
        if (in.readableBytes() < frame) {
          return frame;
        }
        bytes.limit(in.readIndex() + frame).position(in.readIndex() + 4);
        answer(bytes);
        bytes.clear();
        in.readIndex(in.readIndex() + frame);
      }
      return 0;
    }

    private void answer(ByteBuffer payload) {
      Connection to = connection;
      if (to == null) {
        return;
      }
      if (load.answer == Answer.APPEND) {
        append(payload);
      }
      ByteBuffer answer = to.reserve(ANSWER_BYTES);
      answer.position(answer.position() + ANSWER_BYTES);
      to.commit();
      if (load.answer == Answer.SLICE || load.answer == Answer.RECENT) {
        file.retain();
        fileEnd = (fileEnd + SLICE_BYTES) % (FILE_BYTES - SLICE_BYTES);
        to.write(new FileSlice(file, fileEnd, SLICE_BYTES, load.answer == Answer.RECENT));
      }
    }

    private void append(ByteBuffer payload) {
      try {
        int length = payload.remaining();
        file.write(payload, fileEnd);
        fileEnd = fileEnd + length > FILE_BYTES - SLICE_BYTES ? 0 : fileEnd + length;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void onReceiveComplete() {
      if (connection != null) {
        connection.flush();
      }
    }

    @Override
    public void onWritable() {}

    @Override
    public void onClose(@Nullable Throwable cause) {}
  }

  /// All connections on the calling thread; a new request for every answer.
  private static final class Client implements AutoCloseable {
    private final Load load;
    private final Selector selector = Selector.open();
    private final ByteBuffer input = ByteBuffer.allocateDirect(1 << 20);
    private final ByteBuffer requests;
    private long answers;

    private static final class Progress {
      private long received;
      private @Nullable ByteBuffer unsent;
    }

    Client(Load load, int port) throws IOException {
      this.load = load;
      int frame = 4 + load.requestBytes;
      requests = ByteBuffer.allocateDirect(frame * load.depth);
      for (int i = 0; i < load.depth; i++) {
        requests.putInt(i * frame, load.requestBytes);
      }
      for (int i = 0; i < load.connections; i++) {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        Progress progress = new Progress();
        SelectionKey key = channel.register(selector, SelectionKey.OP_READ, progress);
        ask(key, channel, progress, load.depth);
      }
    }

    private void ask(SelectionKey key, SocketChannel channel, Progress progress, int count)
        throws IOException {
      ByteBuffer unsent = requests.duplicate().limit(count * (4 + load.requestBytes)).position(0);
      channel.write(unsent);
      if (unsent.hasRemaining()) {
        progress.unsent = unsent;
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      }
    }

    long run(double seconds) throws IOException {
      long before = answers;
      long end = System.nanoTime() + (long) (seconds * 1e9);
      while (System.nanoTime() < end) {
        selector.select(this::serve, 100);
      }
      return answers - before;
    }

    private void serve(SelectionKey key) {
      try {
        SocketChannel channel = (SocketChannel) key.channel();
        Progress progress = (Progress) key.attachment();
        ByteBuffer unsent = progress.unsent;
        if (unsent != null) {
          channel.write(unsent);
          if (unsent.hasRemaining()) {
            return;
          }
          progress.unsent = null;
          key.interestOps(SelectionKey.OP_READ);
        }
        int n = channel.read(input.clear());
        if (n < 0) {
          throw new IOException("closed by the server");
        }
        long done = progress.received / load.answerBytes;
        progress.received += n;
        int fresh = (int) (progress.received / load.answerBytes - done);
        answers += fresh;
        if (fresh > 0) {
          ask(key, channel, progress, fresh);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    }
  }
}
