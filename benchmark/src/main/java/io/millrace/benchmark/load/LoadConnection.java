package io.millrace.benchmark.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// One connection of a [ClosedLoop]: keeps `depth` requests in flight. Small frames are gathered
/// and leave in one write, large ones are written from where they are.
///
/// Invariants: `0 <= sent - answered <= depth`; answers come in the order of requests, so that the
/// ring of send times needs `depth` places; `large` is what remains of the last frame taken from
/// the traffic.
final class LoadConnection implements AnswerBuffer.Answers, AutoCloseable {
  private static final int GATHERED_BYTES = 16 * 1024;

  private final SocketChannel channel;
  private final SelectionKey key;
  private final Traffic traffic;
  private final int depth;
  private final long[] sentNanos;
  private final AnswerBuffer in;
  private final ByteBuffer gathered = ByteBuffer.allocateDirect(GATHERED_BYTES).flip();
  private @Nullable ByteBuffer large;
  private Histogram latencyNanos = new Histogram(1);
  private int sent;
  private int answered;

  LoadConnection(
      InetSocketAddress address, Selector selector, Traffic traffic, int depth, int receiveBytes)
      throws IOException {
    this.traffic = traffic;
    this.depth = depth;
    this.sentNanos = new long[depth];
    this.in = new AnswerBuffer(receiveBytes);
    this.channel = SocketChannel.open(address);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    this.key = channel.register(selector, SelectionKey.OP_READ, this);
  }

  /// Sends as much as depth, traffic and socket allow.
  void send(ClosedLoop loop) throws IOException {
    while (flushed()) {
      if (!take(loop)) {
        key.interestOps(SelectionKey.OP_READ);
        return;
      }
    }
    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
  }

  /// Reads what is there and hands every whole answer to the traffic. Returns their number.
  int receive(Histogram latencyNanos) throws IOException {
    this.latencyNanos = latencyNanos;
    return in.receive(channel, this);
  }

  @Override
  public void answer(ByteBuffer bytes, int position, int size) {
    traffic.answered(bytes, position, size);
    latencyNanos.recordValue(System.nanoTime() - sentNanos[answered % depth]);
    answered++;
  }

  /// Takes frames from the traffic: many small ones, or a single large one. Returns whether there
  /// was any.
  private boolean take(ClosedLoop loop) {
    boolean taken = false;
    gathered.clear();
    while (sent - answered < depth && loop.mayStart()) {
      ByteBuffer frame = traffic.next(sent);
      if (frame == null) {
        break;
      }
      sentNanos[sent % depth] = System.nanoTime();
      sent++;
      taken = true;
      loop.started();
      if (frame.remaining() > gathered.remaining()) {
        large = frame;
        break;
      }
      gathered.put(frame);
    }
    gathered.flip();
    return taken;
  }

  private boolean flushed() throws IOException {
    if (gathered.hasRemaining()) {
      channel.write(gathered);
      if (gathered.hasRemaining()) {
        return false;
      }
    }
    if (large != null) {
      channel.write(large);
      if (large.hasRemaining()) {
        return false;
      }
      large = null;
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
