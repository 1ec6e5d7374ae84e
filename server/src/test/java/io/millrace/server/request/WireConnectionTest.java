package io.millrace.server.request;

import static io.millrace.server.request.WireStage.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.request.WireStage.Client;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How one connection cuts frames, orders answers, holds its client back and lets it go.
class WireConnectionTest {

  private final TestApis apis = new TestApis();
  private final WireStage stage = new WireStage(1, apis.table());

  private static byte[] heartbeat(int id) {
    return frame(ApiKeys.HEARTBEAT, 3, id, new HeartbeatRequestData().setGroupId("g"));
  }

  private static byte[] versions(int id) {
    return frame(ApiKeys.API_VERSIONS, 0, id, new ApiVersionsRequestData());
  }

  private static byte[] produce(int id) {
    return frame(ApiKeys.PRODUCE, 3, id, new ProduceRequestData().setTimeoutMs(id));
  }

  private static byte[] fetch(int id) {
    return frame(ApiKeys.FETCH, 4, id, new FetchRequestData());
  }

  private WireConnection served() {
    return stage.accepted.getLast();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void cutsFramesWhereverTheBytesAreCut(long seed) {
    TestApis seeded = new TestApis();
    WireStage pieces = new WireStage(seed, seeded.table());
    Client client = pieces.connect();
    byte[] all =
        IntStream.range(0, 200)
            .mapToObj(WireConnectionTest::versions)
            .collect(
                () -> ByteBuffer.allocate(200 * versions(0).length), ByteBuffer::put, (_, _) -> {})
            .array();
    int cut = 1 + (int) (seed * 7919 % 40);
    for (int at = 0; at < all.length; at += cut) {
      client.send(Arrays.copyOfRange(all, at, Math.min(all.length, at + cut)));
    }
    pieces.until(() -> client.frames.size() == 200);
    assertThat(client.answered()).isEqualTo(IntStream.range(0, 200).boxed().toList());
  }

  @Test
  void startsARequestWhenTheOneBeforeIsAnswered() {
    Client client = stage.connect();
    client.send(heartbeat(1), heartbeat(2), versions(3));
    stage.pass(100);
    assertThat(apis.heartbeats).hasSize(1);
    assertThat(client.frames).isEmpty();
    apis.heartbeats.getFirst().respond(TestApis.beat());
    stage.until(() -> apis.heartbeats.size() == 2);
    stage.pass(100);
    assertThat(client.answered()).containsExactly(1);
    apis.heartbeats.getLast().respond(TestApis.beat());
    stage.until(() -> client.frames.size() == 3);
    assertThat(client.answered()).containsExactly(1, 2, 3);
  }

  @Test
  void letsProduceRequestsOverlapAndAnswersThemInTheirOrder() {
    Client client = stage.connect();
    client.send(produce(1), produce(2), produce(3), versions(4));
    stage.until(() -> apis.produces.size() == 3);
    apis.produces.get(2).release();
    apis.produces.get(1).release();
    stage.pass(100);
    assertThat(client.frames).isEmpty();
    apis.produces.get(0).release();
    stage.until(() -> client.frames.size() == 4);
    assertThat(client.answered()).containsExactly(1, 2, 3, 4);
    assertThat(apis.produced)
        .extracting(body -> ByteBuffer.wrap(body).getInt(4))
        .containsExactly(1, 2, 3);
  }

  @Test
  void looksAgainAtWhatCameTooEarlyAndKeepsTheOrder() {
    Client client = stage.connect();
    apis.early = 3;
    client.send(produce(1), produce(2));
    stage.until(() -> apis.produces.size() == 2);
    assertThat(apis.looks).isEqualTo(5);
    apis.produces.forEach(TestApis.HeldAnswer::release);
    stage.until(() -> client.frames.size() == 2);
    assertThat(client.answered()).containsExactly(1, 2);
  }

  @Test
  void aClientThatIsSimplyWrongWaitsOnce() {
    Client client = stage.connect();
    apis.early = -1;
    client.send(produce(1));
    stage.until(() -> apis.produces.size() == 1);
    int looks = apis.looks;
    assertThat(looks).isBetween(40, 60);
    client.send(produce(2), produce(3));
    stage.until(() -> apis.produces.size() == 3);
    assertThat(apis.looks).isEqualTo(looks + 2);
  }

  @Test
  void nothingOvertakesAFetchThatIsNotAnswered() {
    Client client = stage.connect();
    client.send(heartbeat(1), produce(2));
    stage.pass(100);
    assertThat(apis.produces).isEmpty();
    apis.heartbeats.getFirst().respond(TestApis.beat());
    stage.until(() -> apis.produces.size() == 1);
  }

  @Test
  void keepsAtMostSoManyRequestsUnanswered() {
    Client client = stage.connect();
    byte[][] all =
        IntStream.range(0, 2 * WireConnection.MAX_PENDING)
            .mapToObj(WireConnectionTest::produce)
            .toArray(byte[][]::new);
    client.send(all);
    stage.pass(1_000);
    assertThat(apis.produces).hasSize(WireConnection.MAX_PENDING);
    for (int i = 0; i < all.length; i++) {
      int next = i;
      stage.until(() -> apis.produces.size() > next);
      apis.produces.get(i).release();
    }
    stage.until(() -> client.frames.size() == all.length);
    assertThat(client.answered()).isEqualTo(IntStream.range(0, all.length).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 7, WireStage.MAX_REQUEST_BYTES + 1, Integer.MAX_VALUE, -5})
  void closesOnALengthThatCannotBe(int length) {
    Client client = stage.connect();
    client.send(ByteBuffer.allocate(12).putInt(length).array());
    stage.until(() -> client.closed);
    assertThat(stage.path.counters().malformed()).isEqualTo(1);
    assertThat(stage.path.counters().handlerFaults()).isZero();
  }

  @Test
  void answersWhatCameBeforeNonsenseOnlyIfItWasAnsweredAlready() {
    Client client = stage.connect();
    client.send(versions(1));
    stage.until(() -> client.frames.size() == 1);
    client.send(produce(2), ByteBuffer.allocate(12).putInt(-1).array());
    stage.until(() -> client.closed);
    assertThat(client.answered()).containsExactly(1);
    assertThat(apis.discarded).isEqualTo(1);
    assertThat(served().pendingCount()).isZero();
  }

  @Test
  void closesOnARequestThatIsNotServed() {
    Client client = stage.connect();
    client.send(frame(ApiKeys.HEARTBEAT, 3, 1, new HeartbeatRequestData()));
    byte[] future = heartbeat(2);
    ByteBuffer.wrap(future).putShort(6, (short) 77);
    stage.until(() -> apis.heartbeats.size() == 1);
    apis.heartbeats.getFirst().respond(TestApis.beat());
    client.send(future);
    stage.until(() -> client.closed);
    assertThat(client.answered()).containsExactly(1);
  }

  @Test
  void answersAnApiVersionsOfTheFuture() {
    Client client = stage.connect();
    byte[] future = frame(ApiKeys.API_VERSIONS, 3, 5, new ApiVersionsRequestData());
    ByteBuffer.wrap(future).putShort(6, (short) 77);
    client.send(future);
    stage.until(() -> client.frames.size() == 1);
    assertThat(client.answered()).containsExactly(5);
  }

  @Test
  void aHandlerThatFailsIsAnsweredAndCounted() {
    ApiTable failing =
        ApiTable.builder()
            .serve(
                ApiKeys.HEARTBEAT,
                (_, _, _) -> {
                  throw new IllegalStateException("on purpose");
                })
            .build();
    stage.listen(WireStage.LISTENER, 9093, failing);
    Client client = stage.connect("client", 9093);
    client.send(heartbeat(1), heartbeat(2));
    stage.until(() -> client.frames.size() == 2);
    assertThat(client.frames.getFirst().getShort(8)).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
    assertThat(stage.path.counters().handlerFaults()).isEqualTo(2);
  }

  @Test
  void aWireHandlerThatFailsLosesItsConnectionOnly() {
    ApiTable failing =
        ApiTable.builder()
            .serveWire(
                ApiKeys.FETCH,
                (_, _, _) -> {
                  throw new IllegalStateException("on purpose");
                })
            .build();
    stage.listen(WireStage.LISTENER, 9093, failing);
    Client client = stage.connect("client", 9093);
    client.send(fetch(1));
    stage.until(() -> client.closed);
    Client other = stage.connect();
    other.send(versions(2));
    stage.until(() -> other.frames.size() == 1);
  }

  @Test
  void readsNothingBeforeItServes() {
    WireStage early = new WireStage(3, apis.table());
    RequestPath notYet =
        new RequestPath(
            early.server, early.gate, new ConnectionGate(early.server.clock(), 2, 1), -1);
    assertThat(notYet.isServing(Request.ListenerRole.BROKER)).isFalse();
    assertThat(notYet.isServing(Request.ListenerRole.CONTROLLER)).isFalse();
    notYet.serve(Request.ListenerRole.CONTROLLER);
    assertThat(notYet.isServing(Request.ListenerRole.BROKER)).isFalse();
    assertThat(notYet.isServing(Request.ListenerRole.CONTROLLER)).isTrue();
  }

  @Test
  void givesBackWhatAClientThatLeavesHadPending() {
    Client client = stage.connect();
    client.send(produce(1), produce(2));
    stage.until(() -> apis.produces.size() == 2);
    client.close();
    stage.until(() -> served().isClosed());
    assertThat(apis.discarded).isEqualTo(2);
    assertThat(stage.gate.open()).isZero();
    apis.produces.getFirst().release();
    stage.pass(100);
    assertThat(apis.discarded).isEqualTo(3);
  }

  @Test
  void aLateAnswerToAClosedConnectionIsDropped() {
    Client client = stage.connect();
    client.send(heartbeat(1));
    stage.until(() -> apis.heartbeats.size() == 1);
    client.close();
    stage.until(() -> served().isClosed());
    apis.heartbeats.getFirst().respond(TestApis.beat());
    apis.heartbeats.getFirst().respond(TestApis.beat());
    stage.pass(100);
    assertThat(stage.path.counters().handlerFaults()).isZero();
    assertThat(served().queuedBytes()).isZero();
  }

  @Test
  void namesAConnectionAsKafkaDoes() {
    stage.connect();
    assertThat(served().id()).matches("10\\.0\\.0\\.1:9092-10\\.0\\.0\\.2:\\d+-0");
  }
}
