package io.millrace.runtime.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.NetworkContract;
import io.millrace.runtime.Peer;
import io.millrace.runtime.Stage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class NettyNetworkTest {

  @Test
  void reportsAResetAsAnError() throws IOException {
    try (RealStage stage = new RealStage(true)) {
      Peer server = new Peer();
      var acceptor = stage.world().network().listen("127.0.0.1", 0, () -> server);
      try (Socket client = new Socket("127.0.0.1", acceptor.port())) {
        stage.await(server.opened);
        client.setSoLinger(true, 0);
      }
      assertThat(stage.await(server.closed)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void givesUpOnSilence() throws IOException {
    // Nobody accepts, and the kernel does so only for a few: the others get no answer.
    try (RealStage stage = new RealStage(true);
        ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Peer> clients = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        Peer client = new Peer();
        clients.add(client);
        EventLoop loop = stage.world().loops().getFirst();
        stage.world().network().connect(loop, "127.0.0.1", deaf.getLocalPort(), 300, client);
      }
      CompletableFuture<?> last = clients.getLast().closed;
      assertThat(stage.await(last)).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void closesItsConnectionsWithTheWorld() throws IOException {
    Peer server = new Peer();
    Peer client = new Peer();
    try (RealStage stage = new RealStage(true)) {
      var acceptor = stage.world().network().listen("", 0, () -> server);
      EventLoop loop = stage.world().loops().getLast();
      stage.world().network().connect(loop, "localhost", acceptor.port(), 5_000, client);
      stage.await(server.opened);
      stage.await(client.opened);
    }
    assertThat(server.closed).isDone();
    assertThat(client.closed).isDone();
  }

  @Nested
  class OnEpoll extends NetworkContract {
    @Override
    protected Stage open() {
      return new RealStage(true);
    }

    @Override
    protected String host() {
      return "127.0.0.1";
    }
  }

  @Nested
  class OnNio extends NetworkContract {
    @Override
    protected Stage open() {
      return new RealStage(false);
    }

    @Override
    protected String host() {
      return "localhost";
    }
  }
}
