package io.millrace.acceptance.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The way that connections of one endpoint take to another's listener on one plane: accepted at an
/// address of its own, and passed on through a gate in each direction. A virtual thread a
/// direction.
///
/// What it cannot imitate: a connection attempt through a shut gate is accepted by the kernel, and
/// then hears nothing, where a cut cable would not even accept it.
final class Link {
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int CONNECT_TIMEOUT_MS = 10_000;

  private final InetSocketAddress at;
  private final InetSocketAddress target;
  private final Gate there;
  private final Gate back;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private @Nullable ServerSocket listening;
  private @Nullable Thread accepting;

  /// @param at where connections are accepted
  /// @param target where they lead to
  /// @param there what the connecting side sends passes here
  /// @param back what the listening side sends passes here
  Link(InetAddress at, InetAddress target, int port, Gate there, Gate back) {
    this.at = new InetSocketAddress(at, port);
    this.target = new InetSocketAddress(target, port);
    this.there = there;
    this.back = back;
  }

  /// Begins to accept.
  void accept() {
    if (listening != null) {
      return;
    }
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(at);
      listening = socket;
      accepting = Thread.ofVirtual().name("link " + at).start(() -> accept(socket));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + at, e);
    }
  }

  /// Refuses from now on. Connections stay.
  void refuse() {
    if (listening == null || accepting == null) {
      return;
    }
    close(listening);
    listening = null;
    try {
      // The port is free when nobody accepts any more.
      accepting.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Resets all connections.
  void reset() {
    open.forEach(Link::abort);
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket from = socket.accept();
        open.add(from);
        Thread.ofVirtual().name("link " + at + " there").start(() -> carry(from));
      } catch (IOException _) {
        // Closed, or the connection went away before it was accepted.
      }
    }
  }

  private void carry(Socket from) {
    Socket to = new Socket();
    open.add(to);
    try {
      there.pass();
      back.pass();
      from.setTcpNoDelay(true);
      to.setTcpNoDelay(true);
      to.connect(target, CONNECT_TIMEOUT_MS);
      Thread reverse =
          Thread.ofVirtual().name("link " + at + " back").start(() -> pump(to, from, back));
      pump(from, to, there);
      reverse.join();
      close(from);
      close(to);
    } catch (IOException e) {
      abort(from);
      abort(to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void pump(Socket from, Socket to, Gate gate) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        gate.pass();
        out.write(chunk, 0, read);
      }
      gate.pass();
      to.shutdownOutput();
    } catch (IOException e) {
      abort(from);
      abort(to);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void abort(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException _) {
      // Closed already.
    }
    close(socket);
  }

  private static void close(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception _) {
      // Nothing is left to be done about it.
    }
  }
}
