package io.millrace.metadata.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;

/// One node asks another over the virtual network.
class PeerConnectionTest {

  private static final long SECOND = 1_000_000_000;
  private static final int TIMEOUT_MS = 500;
  private static final int PORT = 9093;

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final VirtualNode asking = world.node("asking");
  private final List<AnsweringPeer> accepted = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private VirtualNode other = world.node("other");

  private final PeerObserver observer =
      new PeerObserver() {
        @Override
        public void onConnected() {
          told.add("connected");
        }

        @Override
        public void onDisconnected(PeerFailure why) {
          told.add("disconnected " + why.kind());
        }

        @Override
        public void onConnectFailed(PeerFailure why) {
          told.add("connect failed " + why.kind());
        }
      };

  private PeerConnection connection(int maxInFlight) {
    return new PeerConnection(
        asking,
        asking.loops().getFirst(),
        "other",
        PORT,
        "test",
        TIMEOUT_MS,
        maxInFlight,
        observer);
  }

  private void listen() {
    try {
      other.network().listen("", PORT, this::accept);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private AnsweringPeer accept() {
    AnsweringPeer peer = new AnsweringPeer();
    accepted.add(peer);
    return peer;
  }

  private void ask(PeerConnection connection, ApiMessage request) {
    ApiKeys api = ApiKeys.forId(request.apiKey());
    asking
        .loops()
        .getFirst()
        .execute(() ->
            connection.send(
                PeerRequest.of(request),
                TIMEOUT_MS,
                ResponseHandler.parsed(
                    api,
                    it -> told.add("answered " + fenced(it)),
                    it -> told.add(it.kind() + ""))));
  }

  private static boolean fenced(ApiMessage answer) {
    return ((BrokerHeartbeatResponseData) answer).isFenced();
  }

  private void onOther(Runnable step) {
    other.loops().getFirst().execute(step);
    world.runFor(SECOND / 10);
  }

  private AnsweringPeer peer() {
    return accepted.getLast();
  }

  @Test
  void asksInTheVersionThatBothKnow() {
    listen();
    ask(connection(1), new BrokerHeartbeatRequestData());
    world.runFor(SECOND / 10);
    assertThat(peer().asked.getFirst().apiVersion()).isEqualTo((short) 1);
    onOther(() -> peer().answerNext(true));

    assertThat(told).containsExactly("connected", "answered true");
  }

  @Test
  void keepsToTheNumberOfRequestsInFlight() {
    listen();
    PeerConnection connection = connection(2);
    for (int i = 0; i < 3; i++) {
      ask(connection, new BrokerHeartbeatRequestData());
    }
    world.runFor(SECOND / 10);
    assertThat(peer().asked).hasSize(2);
    onOther(() -> {
      peer().answerNext(true);
      peer().answerNext(false);
    });
    assertThat(peer().asked).hasSize(1);
    onOther(() -> peer().answerNext(true));

    assertThat(told)
        .containsExactly("connected", "answered true", "answered false", "answered true");
  }

  @Test
  void lendsTheBytesOfAnAnswer() {
    listen();
    PeerConnection connection = connection(1);
    asking
        .loops()
        .getFirst()
        .execute(() ->
            connection.send(
                PeerRequest.of(new BrokerHeartbeatRequestData()),
                TIMEOUT_MS,
                new ResponseHandler() {
                  @Override
                  public void onResponse(short version, ByteBuffer body) {
                    ApiMessage answer =
                        ResponseHandler.read(ApiKeys.BROKER_HEARTBEAT, version, body);
                    told.add("lent " + fenced(answer) + " " + body.remaining());
                  }

                  @Override
                  public void onFailure(PeerFailure failure) {
                    told.add(failure.toString());
                  }
                }));
    world.runFor(SECOND / 10);
    onOther(() -> peer().answerNext(true));

    assertThat(told).containsExactly("connected", "lent true 0");
  }

  @Test
  void tellsARefusalFromSilence() {
    PeerConnection connection = connection(1);
    ask(connection, new BrokerHeartbeatRequestData());
    world.runFor(SECOND);
    assertThat(told).containsExactly("REFUSED", "connect failed REFUSED");
    told.clear();

    world.network().cut("asking", "other");
    ask(connection, new BrokerHeartbeatRequestData());
    world.runFor(SECOND);
    assertThat(told).hasSize(2).doesNotContain("REFUSED");
    assertThat(told.getLast()).startsWith("connect failed").doesNotContain("REFUSED");
  }

  @Test
  void tellsOfAKilledProcessAndConnectsToItsSuccessor() {
    listen();
    PeerConnection connection = connection(1);
    ask(connection, new BrokerHeartbeatRequestData());
    world.runFor(SECOND / 10);
    other.kill();
    world.runFor(SECOND / 10);
    assertThat(told).containsExactly("connected", "CLOSED", "disconnected CLOSED");
    assertThat(connection.isConnected()).isFalse();
    told.clear();

    other = world.node("other");
    listen();
    ask(connection, new BrokerHeartbeatRequestData());
    world.runFor(SECOND / 10);
    onOther(() -> peer().answerNext(false));
    assertThat(told).containsExactly("connected", "answered false");
  }

  @Test
  void givesUpAConnectionThatDoesNotAnswer() {
    listen();
    PeerConnection connection = connection(1);
    ask(connection, new BrokerHeartbeatRequestData());
    world.runFor(SECOND);

    assertThat(told).containsExactly("connected", "TIMED_OUT", "disconnected TIMED_OUT");
    assertThat(connection.isConnected()).isFalse();
  }

  @Test
  void givesUpAConnectionThatAnswersNonsense() {
    listen();
    ask(connection(1), new BrokerHeartbeatRequestData());
    world.runFor(SECOND / 10);
    onOther(() -> peer().sendFrame(ByteBuffer.allocate(6)));

    assertThat(told).containsExactly("connected", "MALFORMED", "disconnected MALFORMED");
  }

  @Test
  void refusesWhatTheOtherDoesNotKnow() {
    listen();
    PeerConnection connection = connection(1);
    ask(connection, new DescribeQuorumRequestData());
    ask(connection, new BrokerHeartbeatRequestData());
    world.runFor(SECOND / 10);
    onOther(() -> peer().answerNext(true));

    assertThat(told).containsExactly("connected", "UNSUPPORTED", "answered true");
  }

  @Test
  void saysNothingOfItsOwnEnd() {
    listen();
    PeerConnection connection = connection(1);
    ask(connection, new BrokerHeartbeatRequestData());
    world.runFor(SECOND / 10);
    asking.loops().getFirst().execute(connection::close);
    ask(connection, new BrokerHeartbeatRequestData());
    world.runFor(SECOND);

    assertThat(told).containsExactly("connected", "CLOSED", "CLOSED");
  }
}
