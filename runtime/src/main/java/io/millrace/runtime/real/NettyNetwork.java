package io.millrace.runtime.real;

import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Network;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Sockets over Netty. No receive or send buffer size is set: the kernel's own tuning beats every
/// fixed size (100 KiB, Kafka's default, costs 16 % in bulk).
final class NettyNetwork implements Network {

  private final Transport transport;
  private final EventLoopGroup group;
  private final List<NettyLoop> loops;
  private final ThreadWorkers resolvers;
  private final ColdReads coldReads;

  /// All that is open. Netty's loops do not always close their channels when they are shut down
  /// without a quiet period.
  private final ChannelGroup channels;

  NettyNetwork(
      Transport transport,
      EventLoopGroup group,
      List<NettyLoop> loops,
      ThreadWorkers resolvers,
      ColdReads coldReads) {
    this.transport = transport;
    this.group = group;
    this.loops = loops;
    this.resolvers = resolvers;
    this.coldReads = coldReads;
    this.channels = new DefaultChannelGroup(group.next(), true);
  }

  /// Closes all sockets, and any that is opened later. The handlers hear of it on their loops.
  void close() {
    channels.close().awaitUninterruptibly();
  }

  @Override
  public Acceptor listen(String host, int port, int backlog, Supplier<ConnectionHandler> handlers)
      throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group, group)
            .channel(transport.serverChannel())
            .option(ChannelOption.SO_BACKLOG, backlog)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    attach(channel, handlers.get());
                  }
                });
    InetSocketAddress address =
        host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new UnknownHostException("cannot listen on " + host + ":" + port + ": unknown host");
    }
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      BindException e =
          new BindException(
              "cannot listen on " + host + ":" + port + ": " + message(bound.cause()));
      e.initCause(bound.cause());
      throw e;
    }
    channels.add(bound.channel());
    return new NettyAcceptor(bound.channel());
  }

  private static String message(@Nullable Throwable cause) {
    return cause == null ? "cancelled" : String.valueOf(cause.getMessage());
  }

  @Override
  public void connect(
      EventLoop loop, String host, int port, int timeoutMs, ConnectionHandler handler) {
    if (!(loop instanceof NettyLoop on)) {
      throw new IllegalArgumentException("not a connection loop: " + loop.name());
    }
    @Nullable InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
    if (literal != null) {
      connect(on, new InetSocketAddress(literal, port), timeoutMs, handler);
    } else {
      resolve(on, host, port, timeoutMs, handler);
    }
  }

  /// The system's resolver blocks, so it is asked on a worker.
  private void resolve(
      NettyLoop loop, String host, int port, int timeoutMs, ConnectionHandler handler) {
    resolvers.execute(() -> {
      InetSocketAddress address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        loop.execute(() -> handler.onClose(new UnknownHostException(host)));
      } else {
        connect(loop, address, timeoutMs, handler);
      }
    });
  }

  private void connect(
      NettyLoop loop, InetSocketAddress address, int timeoutMs, ConnectionHandler handler) {
    new Bootstrap()
        .group(loop.netty())
        .channel(transport.channel())
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMs)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                attach(channel, handler);
              }
            })
        .connect(address)
        .addListener(connected -> {
          if (!connected.isSuccess()) {
            Throwable why = connected.cause();
            loop.execute(() -> handler.onClose(reason(why, address, timeoutMs)));
          }
        });
  }

  private static @Nullable Throwable reason(
      @Nullable Throwable cause, InetSocketAddress address, int timeoutMs) {
    if (cause instanceof ConnectTimeoutException) {
      return new SocketTimeoutException("no answer from " + address + " in " + timeoutMs + " ms");
    }
    return cause;
  }

  private void attach(Channel channel, ConnectionHandler handler) {
    for (NettyLoop loop : loops) {
      if (loop.netty().equals(channel.eventLoop())) {
        channels.add(channel);
        channel.pipeline().addLast(new NettyConnection(loop, channel, handler, coldReads));
        return;
      }
    }
    throw new IllegalStateException("a channel on a loop of somebody else");
  }

  /// A server channel. It lives on one of the connection loops: accepting is too rare for its own.
  private record NettyAcceptor(Channel channel) implements Acceptor {

    @Override
    public int port() {
      return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    @Override
    public void setAccepting(boolean accepting) {
      // From another thread Netty keeps a read that is already pending, and accepts once more.
      channel.eventLoop().execute(() -> channel.config().setAutoRead(accepting));
    }

    @Override
    public void close() {
      ChannelFuture closed = channel.close();
      if (!channel.eventLoop().inEventLoop()) {
        closed.awaitUninterruptibly();
        if (channel instanceof NioServerSocketChannel) {
          // The JDK keeps the port until the selector has looked again.
          channel.eventLoop().schedule(() -> {}, 1, TimeUnit.MILLISECONDS).awaitUninterruptibly();
        }
      }
    }
  }
}
