package io.millrace.server.request;

import static io.millrace.server.request.WireStage.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.DiskFile;
import io.millrace.server.request.WireStage.Client;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

/// Clients that send more than they read, ask for more than they take, or begin what they do not
/// finish: what they cost is bounded, others are served, and they are closed in the end.
class BackPressureTest {

  private static final int SLICE = 1 << 20;

  private final TestApis apis = new TestApis();

  private static byte[] versions(int id) {
    return frame(ApiKeys.API_VERSIONS, 0, id, new ApiVersionsRequestData());
  }

  private static byte[] fetch(int id) {
    return frame(ApiKeys.FETCH, 4, id, new FetchRequestData());
  }

  private static byte[][] many(int count, java.util.function.IntFunction<byte[]> request) {
    return IntStream.range(0, count).mapToObj(request).toArray(byte[][]::new);
  }

  private static void assertServed(WireStage stage) {
    Client other = stage.connect("other", 9092);
    other.send(versions(1));
    stage.until(() -> other.frames.size() == 1);
    other.close();
  }

  @Test
  void aClientThatSendsAndNeverReads() {
    WireStage stage = new WireStage(1, apis.table());
    Client client = stage.connect();
    client.setReading(false);
    int requests = 200_000;
    client.send(many(requests, BackPressureTest::versions));
    long before = -1;
    long served = 0;
    while (served != before) {
      before = served;
      stage.pass(500);
      served = stage.path.counters().requests();
      assertThat(stage.accepted.getFirst().queuedBytes())
          .isLessThan(2L * WireConnection.MAX_QUEUED_BYTES);
    }
    assertThat(served).isLessThan(requests);
    assertServed(stage);
    client.setReading(true);
    stage.until(() -> client.frames.size() == requests);
    assertThat(client.answered()).isEqualTo(IntStream.range(0, requests).boxed().toList());
  }

  @Test
  void aClientThatAsksForBigFetchesAndNeverReads() throws IOException {
    WireStage stage = new WireStage(2, apis.table());
    DiskFile file = stage.server.disk().open(Path.of("/segment"));
    file.write(ByteBuffer.allocate(SLICE), 0);
    apis.file = file;
    apis.fetchBytes = SLICE;
    Client client = stage.connect();
    client.setReading(false);
    client.send(many(100, BackPressureTest::fetch));
    stage.pass(5_000);
    WireConnection served = stage.accepted.getFirst();
    assertThat(served.queuedBytes())
        .isGreaterThan(SLICE / 2)
        .isLessThan(2L * WireConnection.MAX_QUEUED_BYTES + SLICE);
    assertServed(stage);
    stage.pass(2 * WireStage.MAX_IDLE_MS);
    assertThat(served.isClosed()).isTrue();
    assertThat(stage.gate.open()).isZero();
    file.release();
    assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void aSlowReaderIsNotIdle() throws IOException {
    WireStage stage = new WireStage(3, apis.table());
    DiskFile file = stage.server.disk().open(Path.of("/segment"));
    file.write(ByteBuffer.allocate(SLICE), 0);
    apis.file = file;
    apis.fetchBytes = SLICE;
    Client client = stage.connect();
    client.send(many(8, BackPressureTest::fetch));
    for (int i = 0; i < 12 && client.frames.size() < 8; i++) {
      // A little of it each half of the time after which silence ends a connection.
      client.setReading(true);
      long before = client.receivedBytes;
      stage.until(() -> client.receivedBytes > before);
      client.setReading(false);
      stage.pass(WireStage.MAX_IDLE_MS / 2);
      assertThat(stage.accepted.getFirst().isClosed()).isFalse();
    }
  }

  @Test
  void aRequestThatIsBegunAndNeverFinished() {
    WireStage stage = new WireStage(4, apis.table());
    Client client = stage.connect();
    client.send(ByteBuffer.allocate(64).putInt(WireStage.MAX_REQUEST_BYTES).array());
    stage.pass(WireStage.MAX_IDLE_MS / 2);
    assertThat(client.closed).isFalse();
    stage.pass(2 * WireStage.MAX_IDLE_MS);
    assertThat(client.closed).isTrue();
    assertThat(stage.path.counters().malformed()).isZero();
  }

  @Test
  void largeRequestsShareTheBudget() {
    int size = 1 << 20;
    WireStage stage = new WireStage(5, apis.table(), 2L * size);
    byte[] large =
        frame(
            ApiKeys.PRODUCE,
            3,
            1,
            new ProduceRequestData().setTransactionalId("t".repeat(Short.MAX_VALUE)));
    byte[] padded = new byte[size];
    System.arraycopy(large, 0, padded, 0, large.length);
    ByteBuffer.wrap(padded).putInt(0, size - 4);
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Client client = stage.connect("client" + i, 9092);
      clients.add(client);
      // All but the last byte: everybody holds what he has got.
      client.send(java.util.Arrays.copyOf(padded, size - 1));
    }
    stage.pass(2_000);
    assertThat(apis.produced).isEmpty();
    assertServed(stage);
    for (Client client : clients) {
      client.send(new byte[] {0});
    }
    stage.until(() -> apis.produced.size() == 6);
    assertThat(stage.path.budget().used()).isZero();
  }

  @Test
  void whoLeavesGivesHisShareOfTheBudgetBack() {
    int size = 1 << 20;
    WireStage stage = new WireStage(6, apis.table(), size);
    ByteBuffer begun = ByteBuffer.allocate(size / 2).putInt(size);
    Client first = stage.connect();
    first.send(begun.array());
    stage.until(() -> stage.path.budget().used() > 0);
    Client second = stage.connect("second", 9092);
    second.send(begun.array());
    stage.pass(1_000);
    first.close();
    stage.until(() -> stage.accepted.getFirst().isClosed());
    second.close();
    stage.until(() -> stage.gate.open() == 0);
    assertThat(stage.path.budget().used()).isZero();
  }
}
