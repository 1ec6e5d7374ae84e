package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every [Network] keeps while nothing goes wrong.
public abstract class NetworkContract {

  protected Stage stage;
  private final List<Peer> servers = new ArrayList<>();
  private Network.@Nullable Acceptor acceptor;

  protected abstract Stage open();

  /// Where the stage's world listens.
  protected abstract String host();

  @BeforeEach
  void openStage() {
    stage = open();
  }

  @AfterEach
  void closeStage() {
    stage.close();
    assertThat(stage.faults()).isEmpty();
  }

  private Peer connect(Peer server) throws IOException {
    return connect(server, new Peer());
  }

  private Peer connect(Peer server, Peer client) throws IOException {
    servers.add(server);
    if (acceptor == null) {
      acceptor = stage.world().network().listen(host(), 0, servers::removeFirst);
    }
    EventLoop loop = stage.world().loops().getFirst();
    stage.world().network().connect(loop, host(), port(), 10_000, client);
    stage.await(client.opened);
    stage.await(server.opened);
    return client;
  }

  private int port() {
    return Objects.requireNonNull(acceptor).port();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Test
  void carriesBytesBothWays() throws IOException {
    Peer server = new Peer();
    Peer client = connect(server);
    CompletableFuture<byte[]> atServer = server.received(5);
    CompletableFuture<byte[]> atClient = client.received(3);
    client.send(new byte[] {1, 2, 3, 4, 5});
    server.send(new byte[] {6, 7, 8});
    assertThat(stage.await(atServer)).containsExactly(1, 2, 3, 4, 5);
    assertThat(stage.await(atClient)).containsExactly(6, 7, 8);
  }

  @Test
  void knowsBothEnds() throws IOException {
    Peer server = new Peer();
    Connection here = stage.await(connect(server).opened);
    Connection there = stage.await(server.opened);
    assertThat(here.loop()).isEqualTo(stage.world().loops().getFirst());
    assertThat(here.remote().getPort()).isEqualTo(port());
    assertThat(there.local().getPort()).isEqualTo(port());
    assertThat(there.remote()).isEqualTo(here.local());
    assertThat(there.remote().getHostString()).isNotEmpty();
  }

  @Test
  void commitsOnlyWhatWasPut() throws IOException {
    Peer server = new Peer();
    Peer client = connect(server);
    CompletableFuture<byte[]> arrived = server.received(4);
    stage.await(
        client.run(c -> {
          ByteBuffer first = c.reserve(100);
          assertThat(first.remaining()).isEqualTo(100);
          first.put((byte) 1).put((byte) 2);
          c.commit();
          c.reserve(50).put((byte) 99); // Never committed.
          ByteBuffer next = c.reserve(20_000);
          assertThat(next.remaining()).isEqualTo(20_000);
          next.putShort((short) 0x0304);
          c.commit();
          assertThat(c.queuedBytes()).isEqualTo(4);
          c.flush();
        }));
    assertThat(stage.await(arrived)).containsExactly(1, 2, 3, 4);
    stage.await(client.run(c -> assertThat(c.queuedBytes()).isZero()));
  }

  @Test
  void sendsFileSlicesBetweenBytesInOrder() throws IOException {
    Path path = stage.directory().resolve("f");
    byte[] content = random(3_000_000);
    DiskFile file = stage.world().disk().open(path);
    file.write(ByteBuffer.wrap(content), 0);
    Peer server = new Peer();
    Peer client = connect(server);
    int total = 1 + 2_500_000 + 2 + 10 + 1;
    CompletableFuture<byte[]> arrived = server.received(total);
    stage.await(
        client.run(c -> {
          c.reserve(1).put((byte) 1);
          c.commit();
          file.retain();
          c.write(new FileSlice(file, 100, 2_500_000));
          c.reserve(2).putShort((short) 2);
          c.commit();
          file.retain();
          c.write(new FileSlice(file, 0, 10, true));
          c.reserve(1).put((byte) 3);
          c.commit();
          assertThat(c.queuedBytes()).isEqualTo(total);
          c.flush();
        }));
    byte[] got = stage.await(arrived);
    ByteBuffer expected =
        ByteBuffer.allocate(total)
            .put((byte) 1)
            .put(content, 100, 2_500_000)
            .putShort((short) 2)
            .put(content, 0, 10)
            .put((byte) 3);
    assertThat(Arrays.equals(got, expected.array())).isTrue();
    stage.await(client.run(c -> assertThat(c.queuedBytes()).isZero()));
    file.release();
    assertThatThrownBy(file::retain).isInstanceOf(Invariant.Violation.class);
  }

  /// Takes frames of a length and that many bytes, in place.
  private static final class Framer extends Peer {
    private int offers;

    @Override
    public int onReceive(ReceiveBuffer in) {
      offers++;
      while (in.readableBytes() >= 4) {
        int length = in.bytes().getInt(in.readIndex());
        if (in.readableBytes() < 4 + length) {
          return 4 + length;
        }
        for (int i = 0; i < length; i++) {
          bytes.write(in.bytes().get(in.readIndex() + 4 + i));
        }
        in.readIndex(in.readIndex() + 4 + length);
      }
      return 0;
    }
  }

  @Test
  void keepsAnUnfinishedFrameInPlaceUntilItIsWhole() throws IOException {
    Framer server = new Framer();
    Peer client = connect(server);
    int[] lengths = {1, 0, 70_000, 300_000, 5, 2_000_000, 262_140, 262_144, 3};
    byte[] content = random(Arrays.stream(lengths).sum());
    CompletableFuture<byte[]> arrived = server.received(content.length);
    int from = 0;
    for (int length : lengths) {
      ByteBuffer frame = ByteBuffer.allocate(4 + length).putInt(length);
      frame.put(content, from, length);
      from += length;
      client.send(Arrays.copyOf(frame.array(), 3));
      client.send(Arrays.copyOfRange(frame.array(), 3, 4 + length));
    }
    assertThat(Arrays.equals(stage.await(arrived), content)).isTrue();
    assertThat(server.offers).isGreaterThan(1);
  }

  @Test
  void holdsThePeerBackWhileNotReading() throws IOException {
    Peer server = new Peer();
    Peer client = connect(server);
    stage.await(server.run(c -> c.setReading(false)));
    byte[] content = random(20_000_000);
    stage.await(client.send(content));
    CompletableFuture<byte[]> arrived = server.received(content.length);
    stage.await(server.run(c -> assertThat(arrived.isDone()).isFalse()));
    stage.await(client.run(c -> assertThat(c.queuedBytes()).isGreaterThan(Connection.HIGH_MARK)));
    assertThat(client.writable.isDone()).isFalse();
    server.run(c -> c.setReading(true));
    assertThat(Arrays.equals(stage.await(arrived), content)).isTrue();
    stage.await(client.writable);
    stage.await(client.run(c -> assertThat(c.queuedBytes()).isLessThan(Connection.HIGH_MARK / 2)));
  }

  /// Takes one byte, then pauses.
  private static final class Sipper extends Peer {
    @Override
    public int onReceive(ReceiveBuffer in) {
      bytes.write(in.bytes().get(in.readIndex()));
      in.readIndex(in.readIndex() + 1);
      Connection c = Objects.requireNonNull(connection);
      c.setReading(false);
      c.loop().schedule(1_000_000, () -> c.setReading(true));
      return 0;
    }
  }

  @Test
  void offersBufferedBytesAgainWhenReadingGoesOn() throws IOException {
    Sipper server = new Sipper();
    Peer client = connect(server);
    CompletableFuture<byte[]> arrived = server.received(5);
    client.send(new byte[] {1, 2, 3, 4, 5});
    assertThat(stage.await(arrived)).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void tellsBothSidesOfAnOrderlyClose() throws IOException {
    Peer server = new Peer();
    Peer client = connect(server);
    CompletableFuture<byte[]> arrived = client.received(1);
    server.send(new byte[] {1});
    stage.await(arrived);
    stage.await(
        client.run(c -> {
          c.close();
          c.close();
          assertThat(client.closed.isDone()).isFalse();
        }));
    assertThat(stage.await(client.closed)).isNull();
    assertThat(stage.await(server.closed)).isNull();
  }

  @Test
  void releasesWhatWasQueuedWhenClosed() throws IOException {
    DiskFile file = stage.world().disk().open(stage.directory().resolve("f"));
    file.write(ByteBuffer.allocate(8_000_000), 0);
    Peer server = new Peer();
    Peer client = connect(server);
    stage.await(server.run(c -> c.setReading(false)));
    stage.await(
        client.run(c -> {
          for (int i = 0; i < 5; i++) {
            file.retain();
            c.write(new FileSlice(file, 0, 8_000_000));
            c.reserve(4).putInt(1);
            c.commit();
            c.flush();
          }
          c.reserve(4).putInt(1);
          c.commit();
          c.close();
          file.retain();
          c.write(new FileSlice(file, 0, 10));
          c.reserve(4).putInt(1);
          c.commit();
          c.flush();
        }));
    assertThat(stage.await(client.closed)).isNull();
    file.release();
    assertThatThrownBy(file::retain).isInstanceOf(Invariant.Violation.class);
  }

  @Test
  void reportsARefusedConnection() throws IOException {
    Network network = stage.world().network();
    Network.Acceptor listening = network.listen(host(), 0, Peer::new);
    int port = listening.port();
    listening.close();
    Peer client = new Peer();
    network.connect(stage.world().loops().getFirst(), host(), port, 10_000, client);
    assertThat(stage.await(client.closed)).isInstanceOf(ConnectException.class);
    assertThat(client.opened.isDone()).isFalse();
    network.listen(host(), port, Peer::new).close();
  }

  @Test
  void letsConnectionsWaitWhileNothingIsAccepted() throws IOException {
    Peer server = new Peer();
    Network network = stage.world().network();
    Network.Acceptor listening = network.listen(host(), 0, () -> server);
    listening.setAccepting(false);
    // It counts from the acceptor's next step on, whichever loop that is.
    for (EventLoop each : stage.world().loops()) {
      CompletableFuture<Void> stepped = new CompletableFuture<>();
      each.execute(() -> stepped.complete(null));
      stage.await(stepped);
    }
    Peer client = new Peer();
    EventLoop loop = stage.world().loops().getFirst();
    network.connect(loop, host(), listening.port(), 10_000, client);
    CompletableFuture<Void> later = new CompletableFuture<>();
    loop.schedule(20_000_000, () -> later.complete(null));
    stage.await(later);
    assertThat(server.opened.isDone()).isFalse();
    listening.setAccepting(true);
    stage.await(server.opened);
    listening.close();
  }

  @Test
  void reportsAnUnknownHost() {
    Peer client = new Peer();
    EventLoop loop = stage.world().loops().getFirst();
    stage.world().network().connect(loop, "no-such-host.invalid", 1, 10_000, client);
    assertThat(stage.await(client.closed)).isInstanceOf(IOException.class);
  }

  @Test
  void refusesAPortThatIsTaken() throws IOException {
    Network.Acceptor first = stage.world().network().listen(host(), 0, Peer::new);
    assertThatThrownBy(() -> stage.world().network().listen(host(), first.port(), Peer::new))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(String.valueOf(first.port()));
    first.close();
  }

  @Test
  void keepsAcceptedConnectionsWhenTheAcceptorIsClosed() throws IOException {
    Peer server = new Peer();
    Peer client = connect(server);
    Objects.requireNonNull(acceptor).close();
    CompletableFuture<byte[]> arrived = server.received(1);
    client.send(new byte[] {7});
    assertThat(stage.await(arrived)).containsExactly(7);
  }

  /// Takes a byte, then throws.
  private static final class Faulty extends Peer {
    private final RuntimeException fault = new IllegalStateException("on purpose");

    @Override
    public int onReceive(ReceiveBuffer in) {
      throw fault;
    }
  }

  @Test
  void reportsAHandlerThatThrowsAndClosesItsConnection() throws IOException {
    Faulty server = new Faulty();
    Peer client = connect(server);
    client.send(new byte[] {1});
    assertThat(stage.await(server.closed)).isSameAs(server.fault);
    stage.await(client.closed);
    assertThat(stage.faults()).containsExactly(server.fault);
    stage.faults().clear();
  }

  @Test
  void reportsAFileThatEndsWithinASlice() throws IOException {
    DiskFile file = stage.world().disk().open(stage.directory().resolve("f"));
    file.write(ByteBuffer.allocate(100_000), 0);
    Peer server = new Peer();
    Peer client = connect(server);
    client.run(c -> {
      file.retain();
      c.write(new FileSlice(file, 50_000, 60_000));
      c.flush();
    });
    assertThat(stage.await(client.closed)).isInstanceOf(IOException.class);
    stage.await(server.closed);
    file.release();
    assertThatThrownBy(file::retain).isInstanceOf(Invariant.Violation.class);
  }

  @Test
  void servesManyConnections() throws IOException {
    List<CompletableFuture<byte[]>> arrived = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Peer server = new Peer();
      Peer client = connect(server);
      arrived.add(server.received(100_000));
      client.send(random(100_000));
    }
    for (CompletableFuture<byte[]> one : arrived) {
      assertThat(Arrays.equals(stage.await(one), random(100_000))).isTrue();
    }
  }
}
