package io.millrace.acceptance.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/// Ports of the loopback address that nobody listens on now.
public final class FreePorts {
  private FreePorts() {}

  /// Chooses `count` of them. All are held at once while choosing, so that no two are equal.
  public static List<Integer> choose(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      held.forEach(FreePorts::letGo);
    }
  }

  private static void letGo(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Chooses one.
  public static int chooseOne() {
    return choose(1).getFirst();
  }
}
