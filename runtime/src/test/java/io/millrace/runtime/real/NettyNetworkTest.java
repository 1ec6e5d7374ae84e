package io.millrace.runtime.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.NetworkContract;
import io.millrace.runtime.Peer;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.Stage;
import io.netty.buffer.UnpooledByteBufAllocator;
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

  /// Takes nothing: waits for a frame that never comes.
  private static final class Hungry extends Peer {
    private final CompletableFuture<Void> offered = new CompletableFuture<>();

    @Override
    public int onReceive(ReceiveBuffer in) {
      offered.complete(null);
      return 1_000_000;
    }
  }

  @Test
  void closesItsConnectionsAndFreesTheirMemoryWithTheWorld() throws IOException {
    long before = UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    Hungry server = new Hungry();
    Peer client = new Peer();
    try (RealStage stage = new RealStage(true)) {
      var acceptor = stage.world().network().listen("", 0, () -> server);
      EventLoop loop = stage.world().loops().getLast();
      stage.world().network().connect(loop, "localhost", acceptor.port(), 5_000, client);
      stage.await(client.send(new byte[300_000]));
      stage.await(server.offered);
      stage.await(server.run(c -> c.setReading(false)));
      stage.await(client.send(new byte[30_000_000]));
      assertThat(UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory())
          .isGreaterThan(before);
    }
    assertThat(server.closed).isDone();
    assertThat(client.closed).isDone();
    assertThat(UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory()).isEqualTo(before);
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
