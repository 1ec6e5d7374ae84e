package io.millrace.runtime;

import java.io.IOException;
import java.util.function.Supplier;

/// Stream sockets. Thread-safe.
public interface Network {

  /// Connections that wait to be accepted where nobody says how many may.
  int DEFAULT_BACKLOG = 1024;

  /// Listens on `host` (empty: all addresses) and `port` (0: any free one) and gives every accepted
  /// connection, with a handler of its own, to one of the world's loops in turn.
  ///
  /// @param backlog connections that the kernel keeps until they are accepted; it may have a lower
  ///   bound of its own
  /// @throws IOException when the address cannot be bound; the message names it
  Acceptor listen(String host, int port, int backlog, Supplier<ConnectionHandler> handlers)
      throws IOException;

  /// The same with a backlog of [#DEFAULT_BACKLOG].
  default Acceptor listen(String host, int port, Supplier<ConnectionHandler> handlers)
      throws IOException {
    return listen(host, port, DEFAULT_BACKLOG, handlers);
  }

  /// Connects on `loop`, one of [World#loops]. The handler gets `onOpen`, or only `onClose` with
  /// the reason; a refused connection arrives as [java.net.ConnectException], silence for
  /// `timeoutMs` as [java.net.SocketTimeoutException].
  void connect(EventLoop loop, String host, int port, int timeoutMs, ConnectionHandler handler);

  /// A listening socket.
  interface Acceptor extends AutoCloseable {

    int port();

    /// Stops accepting and starts again: what comes meanwhile waits in the kernel's backlog. A few
    /// that are being accepted at this moment may still come. Any thread; never waits.
    void setAccepting(boolean accepting);

    /// Stops accepting and returns when the port is free; accepted connections live on.
    @Override
    void close();
  }
}
