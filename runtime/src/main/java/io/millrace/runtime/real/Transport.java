package io.millrace.runtime.real;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/// How loops and sockets talk to the kernel. (io_uring was tried: no gain for produce, and dear for
/// file regions, which it splices in kernel threads.)
enum Transport {
  EPOLL {
    @Override
    IoHandlerFactory handlers() {
      return EpollIoHandler.newFactory();
    }

    @Override
    Class<? extends Channel> channel() {
      return EpollSocketChannel.class;
    }

    @Override
    Class<? extends ServerChannel> serverChannel() {
      return EpollServerSocketChannel.class;
    }
  },
  NIO {
    @Override
    IoHandlerFactory handlers() {
      return NioIoHandler.newFactory();
    }

    @Override
    Class<? extends Channel> channel() {
      return NioSocketChannel.class;
    }

    @Override
    Class<? extends ServerChannel> serverChannel() {
      return NioServerSocketChannel.class;
    }
  };

  abstract IoHandlerFactory handlers();

  abstract Class<? extends Channel> channel();

  abstract Class<? extends ServerChannel> serverChannel();

  /// The native one where its library loads.
  static Transport best() {
    return Epoll.isAvailable() ? EPOLL : NIO;
  }
}
