package io.millrace.runtime.real;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.FileSlice;
import io.millrace.runtime.ReceiveBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/// One socket on its loop: Netty's events in, the handler's calls out.
final class NettyConnection extends ChannelInboundHandlerAdapter implements Connection {

  private final NettyLoop loop;
  private final Channel channel;
  private final ConnectionHandler handler;
  private final ReceiveMemory received;
  private final ReceiveBuffer lent = new ReceiveBuffer(ByteBuffer.allocate(0));
  private final Output output;

  private InetSocketAddress remote = InetSocketAddress.createUnresolved("", 0);
  private InetSocketAddress local = remote;
  private boolean reading = true;
  private boolean opened;
  private boolean closed;
  private @Nullable Throwable cause;

  /// Called in the channel's initialiser; what it sets is wrapped by Netty afterwards.
  NettyConnection(NettyLoop loop, Channel channel, ConnectionHandler handler, ColdReads coldReads) {
    this.loop = loop;
    this.channel = channel;
    this.handler = handler;
    this.received = new ReceiveMemory(loop.memory());
    this.output = new Output(channel, coldReads, () -> loop.execute(this::writable));
    channel.config().setRecvByteBufAllocator(received);
  }

  // What Netty tells.

  @Override
  public void channelActive(ChannelHandlerContext context) {
    opened = true;
    remote = (InetSocketAddress) channel.remoteAddress();
    local = (InetSocketAddress) channel.localAddress();
    guarded(() -> handler.onOpen(this));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ReferenceCountUtil.release((ByteBuf) message); // [#received] holds it too.
    offer();
  }

  private void offer() {
    if (!reading || closed) {
      return;
    }
    received.show(lent);
    try {
      int frameBytes = handler.onReceive(lent);
      received.handled(lent.readIndex(), frameBytes);
    } catch (Throwable fault) {
      received.handled(lent.readIndex(), 0);
      fault(fault);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    received.settle();
    if (!closed) {
      guarded(handler::onReceiveComplete);
    }
  }

  private void writable() {
    if (!closed) {
      guarded(handler::onWritable);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable error) {
    if (error instanceof IOException) {
      fail(error);
    } else {
      fault(error);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    closed = true;
    output.close();
    received.release();
    Throwable why = cause != null ? cause : output.failure();
    if (opened) {
      try {
        handler.onClose(why instanceof ClosedChannelException ? null : why);
      } catch (Throwable fault) {
        loop.fault(fault);
      }
    }
  }

  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (Throwable fault) {
      fault(fault);
    }
  }

  /// A handler that throws is a programmer error; its connection is of no use any more.
  private void fault(Throwable fault) {
    loop.fault(fault);
    fail(fault);
  }

  private void fail(Throwable why) {
    if (cause == null && !closed) {
      cause = why;
    }
    close();
  }

  // What the owner asks.

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
  }

  @Override
  public void write(FileSlice slice) {
    output.write(slice);
  }

  @Override
  public void flush() {
    output.flush();
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
    channel.config().setAutoRead(wanted);
    if (wanted && received.readableBytes() > 0) {
      loop.execute(this::offerAgain);
    }
  }

  private void offerAgain() {
    if (reading && !closed && received.readableBytes() > 0) {
      offer();
      received.settle();
      guarded(handler::onReceiveComplete);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      output.close();
      channel.close();
    }
  }
}
