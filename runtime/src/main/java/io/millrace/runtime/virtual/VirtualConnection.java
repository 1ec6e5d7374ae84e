package io.millrace.runtime.virtual;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.FileSlice;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.Timer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// One end of a stream.
///
/// States: connecting → open → closed, or connecting → closed. Methods of the first kind are called
/// by the owner on its loop; those of the second by packets, in the machine's kernel, also while
/// the process is paused: they post a step for whatever the owner must see.
final class VirtualConnection implements Connection {

  private static final int PACKET_BYTES = 64 * 1024;
  private static final int LEAST_WINDOW_BYTES = 16 * 1024;

  private final NodeNetwork sockets;
  private final VirtualNode node;
  private final VirtualLoop loop;
  private final InetSocketAddress local;
  private final InetSocketAddress remote;
  private final Wire wire;
  private final RandomGenerator random;
  private final VirtualInput input;
  private final VirtualOutput output;
  private @Nullable ConnectionHandler handler;
  private @Nullable VirtualConnection peer;
  private @Nullable Timer patience;
  private boolean closed;
  private boolean reading = true;
  private boolean readPosted;
  private boolean peerHasClosed;

  /// Bytes that may still be sent before the other end has read some.
  private int credit;

  VirtualConnection(
      NodeNetwork sockets,
      VirtualLoop loop,
      @Nullable ConnectionHandler handler,
      InetSocketAddress local,
      InetSocketAddress remote,
      Wire wire) {
    this.sockets = sockets;
    this.node = sockets.node();
    this.loop = loop;
    this.handler = handler;
    this.local = local;
    this.remote = remote;
    this.wire = wire;
    this.random = sockets.random();
    this.input = new VirtualInput(random);
    this.output = new VirtualOutput(random);
  }

  // Opening.

  /// @param timer what gives up when nobody answers
  void connecting(Timer timer) {
    patience = timer;
  }

  void accepted(VirtualConnection client, Supplier<ConnectionHandler> handlers) {
    open(client);
    post(() -> {
      ConnectionHandler made = handlers.get();
      handler = made;
      made.onOpen(this);
    });
  }

  /// The other machine has accepted.
  void established(VirtualConnection server) {
    if (closed || !node.alive()) {
      wire.send("reset", 0, 0, server::onReset);
      return;
    }
    open(server);
    post(() -> handler().onOpen(this));
  }

  private void open(VirtualConnection other) {
    stopWaiting();
    peer = other;
    credit = LEAST_WINDOW_BYTES << random.nextInt(5);
    sockets.opened(this);
  }

  /// Refused, or nobody has answered in time.
  void failToConnect(Throwable cause) {
    if (!closed && peer == null) {
      closed = true;
      stopWaiting();
      loop.execute(() -> handler().onClose(cause));
    }
  }

  /// The process at the other end is no more.
  boolean isOrphan() {
    return peer != null && !peer.node.alive();
  }

  private void stopWaiting() {
    if (patience != null) {
      patience.cancel();
    }
  }

  private ConnectionHandler handler() {
    if (handler == null) {
      throw new IllegalStateException("a step before the connection was opened");
    }
    return handler;
  }

  /// Posts what the owner does unless the connection is closed by then. If it throws, the
  /// connection is of no use any more.
  private void post(Runnable step) {
    loop.execute(() -> {
      if (!closed) {
        try {
          step.run();
        } catch (NodeCrashed crash) {
          throw crash;
        } catch (Throwable fault) {
          end(fault, "reset");
          throw fault;
        }
      }
    });
  }

  // Called by the owner.

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public InetSocketAddress remote() {
    return remote;
  }

  @Override
  public InetSocketAddress local() {
    return local;
  }

  @Override
  public ByteBuffer reserve(int bytes) {
    return output.reserve(bytes);
  }

  @Override
  public void commit() {
    output.commit();
    if (closed) {
      output.drop();
    }
  }

  @Override
  public void write(FileSlice slice) {
    output.write(slice);
    if (closed) {
      output.drop();
    }
  }

  @Override
  public void flush() {
    output.flush();
    transmit();
  }

  @Override
  public long queuedBytes() {
    return output.queuedBytes();
  }

  @Override
  public void setReading(boolean wanted) {
    if (reading == wanted || closed) {
      return;
    }
    reading = wanted;
    if (wanted && (input.unfinishedBytes() > 0 || input.kernelBytes() > 0)) {
      postRead();
    }
  }

  @Override
  public void close() {
    if (!closed) {
      end(null, input.kernelBytes() > 0 ? "reset" : "finish");
    }
  }

  /// Closes this end, tells the other by a packet, and the owner in a later step.
  private void end(@Nullable Throwable cause, String packet) {
    VirtualConnection other = peer;
    if (!closed && other != null) {
      Runnable effect = packet.equals("reset") ? other::onReset : other::onFinish;
      wire.send(packet, 0, 0, effect);
    }
    gone(cause);
  }

  private void gone(@Nullable Throwable cause) {
    if (!closed) {
      closed = true;
      sockets.closed(this);
      output.drop();
      ConnectionHandler owner = handler;
      if (owner != null) {
        loop.execute(() -> owner.onClose(cause));
      }
    }
  }

  private void transmit() {
    VirtualConnection other = peer;
    while (!closed && other != null && credit > 0) {
      byte[] bytes;
      try {
        bytes = output.take(Math.min(credit, PACKET_BYTES));
      } catch (IOException e) {
        end(e, "reset");
        return;
      }
      if (bytes.length == 0) {
        break;
      }
      credit -= bytes.length;
      CRC32C crc = new CRC32C();
      crc.update(bytes);
      VirtualConnection to = other;
      wire.send("data", bytes.length, crc.getValue(), () -> to.onData(bytes));
    }
    if (output.becameWritable()) {
      post(() -> handler().onWritable());
    }
  }

  // Called by packets.

  private void onData(byte[] bytes) {
    if (closed || !node.alive()) {
      refuse();
      return;
    }
    input.arrived(bytes);
    postRead();
  }

  /// Answers what arrives for a connection that is no more.
  private void refuse() {
    VirtualConnection other = peer;
    if (other != null) {
      wire.send("reset", 0, 0, other::onReset);
    }
  }

  private void onCredit(int bytes) {
    if (!closed && node.alive()) {
      credit += bytes;
      transmit();
    }
  }

  void onReset() {
    if (node.alive()) {
      gone(new IOException("Connection reset by peer"));
    }
  }

  private void onFinish() {
    peerHasClosed = true;
    postRead();
  }

  private void postRead() {
    if (!readPosted && !closed && (reading || peerHasClosed)) {
      readPosted = true;
      post(this::read);
    }
  }

  private void read() {
    readPosted = false;
    if (reading) {
      int turns = 1 + random.nextInt(2);
      for (int i = 0; i < turns && reading && !closed; i++) {
        offer(input.read());
      }
      if (!closed) {
        handler().onReceiveComplete();
      }
    }
    if (closed) {
      return;
    }
    if (peerHasClosed && (input.kernelBytes() == 0 || !reading)) {
      gone(null);
    } else if (input.kernelBytes() > 0) {
      postRead();
    }
  }

  private void offer(int newBytes) {
    VirtualConnection other = peer;
    if (newBytes > 0 && other != null) {
      wire.send("credit", 0, newBytes, () -> other.onCredit(newBytes));
    }
    ReceiveBuffer lent = input.lend();
    if (lent != null) {
      int frameBytes = handler().onReceive(lent);
      input.handled(frameBytes);
    }
  }

  /// `kill -9`: the kernel closes the socket.
  void processEnded() {
    closed = true;
    VirtualConnection other = peer;
    if (other != null) {
      boolean orderly = input.kernelBytes() == 0 && random.nextBoolean();
      Runnable effect = orderly ? other::onFinish : other::onReset;
      wire.send(orderly ? "finish" : "reset", 0, 0, effect);
    }
  }

  /// Somebody on the way breaks the connection.
  void breakBoth() {
    VirtualConnection other = peer;
    gone(new IOException("Connection reset by peer"));
    if (other != null) {
      wire.send("reset", 0, 0, other::onReset);
    }
  }
}
