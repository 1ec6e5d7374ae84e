package io.millrace.runtime.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.Network;
import io.millrace.runtime.Peer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetworkFaultsTest {

  private static final long MS = 1_000_000;
  private static final long SECOND = 1000 * MS;

  private final VirtualWorld world = VirtualWorld.builder(11).build();
  private final VirtualNode n1 = world.node("n1");
  private final VirtualNode n2 = world.node("n2");
  private final Peer server = new Peer();
  private final Peer client = new Peer();
  private Network.Acceptor acceptor = listen(server);

  private Network.Acceptor listen(Peer peer) {
    try {
      return world.node("n2").network().listen("", 9092, () -> peer);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void connect(Peer peer) {
    n1.network().connect(n1.loops().getFirst(), "n2", acceptor.port(), 5_000, peer);
  }

  @BeforeEach
  void connectBoth() {
    connect(client);
    world.await(client.opened, SECOND);
    world.await(server.opened, SECOND);
  }

  @Test
  void holdsBytesWhileCutAndDeliversThemAfterwards() {
    world.network().cut("n1", "n2");
    CompletableFuture<byte[]> arrived = server.received(3);
    client.send(new byte[] {1, 2, 3});
    world.runFor(60 * SECOND);
    assertThat(arrived).isNotDone();
    world.network().heal();
    assertThat(world.await(arrived, SECOND)).containsExactly(1, 2, 3);
  }

  @Test
  void cutsOneDirectionOnly() {
    world.network().link("n1", "n2").cut();
    CompletableFuture<byte[]> atServer = server.received(1);
    CompletableFuture<byte[]> atClient = client.received(1);
    client.send(new byte[] {1});
    server.send(new byte[] {2});
    assertThat(world.await(atClient, SECOND)).containsExactly(2);
    world.runFor(10 * SECOND);
    assertThat(atServer).isNotDone();
  }

  @Test
  void partitionsASideFromAllOthers() {
    world.node("n3");
    world.network().partition(List.of("n1"));
    Peer other = new Peer();
    connect(other);
    assertThat(world.await(other.closed, 6 * SECOND)).isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void showsAKilledProcessAsAClosedConnectionAndRefusesTheNext() {
    n2.kill();
    world.await(client.closed, SECOND);
    Peer again = new Peer();
    connect(again);
    assertThat(world.await(again.closed, SECOND)).isInstanceOf(ConnectException.class);
    assertThat(server.closed).isNotDone();
  }

  @Test
  void staysSilentWithoutPowerAndResetsAfterTheReboot() {
    n2.powerOff();
    client.send(new byte[] {1});
    Peer unanswered = new Peer();
    connect(unanswered);
    assertThat(world.await(unanswered.closed, 6 * SECOND))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(client.closed).isNotDone();
    world.node("n2");
    assertThat(world.await(client.closed, SECOND)).isInstanceOf(IOException.class);
  }

  @Test
  void buffersForAPausedProcess() {
    n2.pause(3 * SECOND);
    CompletableFuture<byte[]> arrived = server.received(1);
    client.send(new byte[] {1});
    Peer second = new Peer();
    connect(second);
    world.await(second.opened, SECOND);
    world.runFor(SECOND);
    assertThat(arrived).isNotDone();
    assertThat(world.await(arrived, 3 * SECOND)).containsExactly(1);
  }

  @Test
  void resetsBothEnds() {
    world.network().reset("n1", "n2");
    assertThat(world.await(client.closed, SECOND)).isInstanceOf(IOException.class);
    assertThat(world.await(server.closed, SECOND)).isInstanceOf(IOException.class);
  }

  @Test
  void ignoresConnects() {
    world.network().link("n1", "n2").dropConnects(true);
    Peer ignored = new Peer();
    connect(ignored);
    CompletableFuture<byte[]> arrived = server.received(1);
    client.send(new byte[] {5});
    world.await(arrived, SECOND);
    assertThat(world.await(ignored.closed, 6 * SECOND)).isInstanceOf(SocketTimeoutException.class);
  }

  @Test
  void stallsWhenPacketsAreLost() {
    world.network().everyLink(link -> link.loss(0.5));
    long start = world.nanos();
    byte[] content = new byte[500_000];
    CompletableFuture<byte[]> arrived = server.received(content.length);
    client.send(content);
    assertThat(world.await(arrived, 600 * SECOND)).hasSize(content.length);
    assertThat(world.nanos() - start).isGreaterThan(200 * MS);
  }

  @Test
  void throttles() {
    world.network().link("n1", "n2").bandwidth(100_000);
    long start = world.nanos();
    CompletableFuture<byte[]> arrived = server.received(200_000);
    client.send(new byte[200_000]);
    world.await(arrived, 10 * SECOND);
    assertThat(world.nanos() - start).isBetween(2 * SECOND - 100 * MS, 3 * SECOND);
  }

  @Test
  void deliversInChunksOfManyLengths() {
    int[] reads = {0};
    Peer counting =
        new Peer() {
          @Override
          public void onReceiveComplete() {
            reads[0]++;
            super.onReceiveComplete();
          }
        };
    acceptor.close();
    acceptor = listen(counting);
    Peer other = new Peer();
    connect(other);
    CompletableFuture<byte[]> arrived = counting.received(100);
    other.send(new byte[100]);
    world.await(arrived, SECOND);
    for (int i = 2; i <= 50; i++) {
      arrived = counting.received(100 * i);
      other.send(new byte[100]);
      world.await(arrived, SECOND);
    }
    assertThat(reads[0]).isGreaterThan(50);
  }

  @Test
  void dropsTimersAndStepsOfADeadProcess() {
    List<String> seen = new ArrayList<>();
    n1.loops().getFirst().execute(() -> seen.add("step"));
    n1.loops().getFirst().schedule(MS, () -> seen.add("timer"));
    n1.workers().execute(() -> seen.add("job"));
    n1.kill();
    world.runFor(SECOND);
    assertThat(seen).isEmpty();
  }

  @Test
  void movesTheWallClockOnly() {
    long wall = n1.clock().wallMs();
    long nanos = n1.clock().nanos();
    n1.jumpClock(-5_000);
    assertThat(n1.clock().wallMs()).isEqualTo(wall - 5_000);
    assertThat(n1.clock().nanos()).isEqualTo(nanos);
  }
}
