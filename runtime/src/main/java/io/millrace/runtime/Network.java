package io.millrace.runtime;

import java.io.IOException;
import java.util.function.Supplier;

/// Stream sockets. Thread-safe.
public interface Network {

  /// Listens on `host` (empty: all addresses) and `port` (0: any free one) and gives every accepted
  /// connection, with a handler of its own, to one of the world's loops in turn.
  ///
  /// @throws IOException when the address cannot be bound; the message names it
  Acceptor listen(String host, int port, Supplier<ConnectionHandler> handlers) throws IOException;

  /// Connects on `loop`, one of [World#loops]. The handler gets `onOpen`, or only `onClose` with
  /// the reason; a refused connection arrives as [java.net.ConnectException], silence for
  /// `timeoutMs` as [java.net.SocketTimeoutException].
  void connect(EventLoop loop, String host, int port, int timeoutMs, ConnectionHandler handler);

  /// A listening socket.
  interface Acceptor extends AutoCloseable {

    int port();

    /// Stops accepting and returns when the port is free; accepted connections live on.
    @Override
    void close();
  }
}
