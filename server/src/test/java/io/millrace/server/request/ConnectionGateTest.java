package io.millrace.server.request;

import static io.millrace.server.request.WireStage.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.request.ConnectionLimits.OfListener;
import io.millrace.server.request.WireStage.Client;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Who is let in, who waits, who is turned away.
class ConnectionGateTest {

  private static final int NONE = ConnectionLimits.NONE;
  private static final ListenerName INTERNAL = new ListenerName("INTERNAL");
  private static final int INTERNAL_PORT = 9094;

  private final TestApis apis = new TestApis();
  private final WireStage stage = new WireStage(1, apis.table());
  private int requests;

  private static ConnectionLimits inAll(int max, int rate, @Nullable ListenerName protectedOne) {
    return new ConnectionLimits(max, rate, Map.of(), NONE, Map.of(), NONE, Map.of(), protectedOne);
  }

  private static ConnectionLimits perAddress(
      int max, Map<InetAddress, Integer> overrides, int rate, Map<InetAddress, Integer> rates) {
    return new ConnectionLimits(NONE, NONE, Map.of(), max, overrides, rate, rates, null);
  }

  /// Asks something; whether it is answered in the next moments.
  private boolean isServed(Client client) {
    int before = client.frames.size();
    client.send(frame(ApiKeys.API_VERSIONS, 0, requests++, new ApiVersionsRequestData()));
    stage.pass(5);
    return client.frames.size() > before;
  }

  @Test
  void connectionsOverTheLimitWaitForAPlace() {
    stage.gate.update(inAll(2, NONE, null));
    Client first = stage.connect();
    Client second = stage.connect();
    Client third = stage.connect();
    assertThat(List.of(isServed(first), isServed(second), isServed(third)))
        .containsExactly(true, true, false);
    assertThat(stage.gate.open()).isEqualTo(2);
    assertThat(stage.gate.waiting()).isEqualTo(1);
    first.close();
    stage.until(() -> third.frames.size() == 1);
    assertThat(stage.gate.open()).isEqualTo(2);
    assertThat(stage.gate.waiting()).isZero();
  }

  @Test
  void whatWaitsIsNotAccepted() {
    stage.gate.update(inAll(1, NONE, null));
    stage.connect();
    stage.connect();
    stage.pass(10);
    var node = stage.world.node("client");
    for (int i = 0; i < 20; i++) {
      node.network().connect(node.loops().getFirst(), "server", 9092, 60_000, new Client());
    }
    stage.pass(100);
    assertThat(stage.accepted).hasSizeLessThan(5);
    stage.gate.update(inAll(NONE, NONE, null));
    stage.until(() -> stage.gate.open() == 22);
  }

  @Test
  void aListenerHasALimitOfItsOwn() {
    stage.listen(INTERNAL, INTERNAL_PORT, apis.table());
    stage.gate.update(
        new ConnectionLimits(
            NONE,
            NONE,
            Map.of(INTERNAL, new OfListener(1, NONE)),
            NONE,
            Map.of(),
            NONE,
            Map.of(),
            null));
    Client first = stage.connect("client", INTERNAL_PORT);
    Client second = stage.connect("client", INTERNAL_PORT);
    assertThat(List.of(isServed(first), isServed(second), isServed(stage.connect())))
        .containsExactly(true, false, true);
  }

  @Test
  void brokersComeInOverTheLimitAndTheIdlestClientGoes() {
    stage.listen(INTERNAL, INTERNAL_PORT, apis.table());
    stage.gate.update(inAll(2, NONE, INTERNAL));
    Client idle = stage.connect();
    Client busy = stage.connect();
    stage.pass(50);
    assertThat(isServed(busy)).isTrue();
    Client broker = stage.connect("broker", INTERNAL_PORT);
    assertThat(isServed(broker)).isTrue();
    assertThat(idle.closed).isTrue();
    assertThat(isServed(busy)).isTrue();
  }

  @Test
  void aLoweredLimitClosesTheIdlest() {
    Client first = stage.connect();
    stage.pass(10);
    Client second = stage.connect();
    stage.gate.update(inAll(1, NONE, null));
    stage.path.shed(Request.ListenerRole.BROKER);
    stage.until(() -> first.closed);
    assertThat(isServed(second)).isTrue();
  }

  @Test
  void connectionsThatComeTooFastAreLetInAtTheRate() {
    stage.gate.update(inAll(NONE, 5, null));
    var node = stage.world.node("client");
    long began = stage.world.nanos();
    for (int i = 0; i < 120; i++) {
      node.network().connect(node.loops().getFirst(), "server", 9092, 120_000, new Client());
    }
    stage.pass(1_000);
    int atOnce = stage.gate.open();
    stage.until(() -> stage.gate.open() == 120);
    double seconds = (stage.world.nanos() - began) / 1e9;
    // Kafka's windows let some 50 in at once: what 11 windows of a second would hold.
    assertThat(atOnce).isBetween(40, 62);
    assertThat(120 / seconds).isBetween(4.0, 8.0);
  }

  @Test
  void anAddressHasALimitOfItsOwn() throws Exception {
    InetAddress favoured = InetAddress.getByName("10.0.0.3");
    stage.gate.update(perAddress(1, Map.of(favoured, 2), NONE, Map.of()));
    Client first = stage.connect("client", 9092);
    Client second = stage.connect("client", 9092);
    stage.until(() -> second.closed);
    List<Client> others = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      others.add(stage.connect("favoured", 9092));
    }
    stage.until(() -> others.getLast().closed);
    assertThat(List.of(isServed(first), isServed(others.get(0)), isServed(others.get(1))))
        .containsExactly(true, true, true);
    assertThat(stage.path.counters().connectionsRefused()).isEqualTo(2);
    assertThat(stage.gate.open()).isEqualTo(3);
  }

  @Test
  void anAddressThatComesTooOftenIsClosedAfterAWhile() {
    stage.gate.update(perAddress(NONE, Map.of(), 1, Map.of()));
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clients.add(stage.connect());
    }
    stage.pass(5);
    long closedAtOnce = clients.stream().filter(client -> client.closed).count();
    assertThat(stage.gate.open()).isBetween(9, 12);
    stage.pass(2_000);
    assertThat(clients.stream().filter(client -> client.closed).count())
        .isGreaterThan(closedAtOnce)
        .isEqualTo(20 - stage.gate.open());
    assertThat(isServed(stage.connect("other", 9092))).isTrue();
  }

  @Test
  void whoLeavesTheLineLosesHisPlaceInIt() {
    stage.gate.update(inAll(1, NONE, null));
    Client first = stage.connect();
    Client second = stage.connect();
    var node = stage.world.node("client");
    Client third = new Client();
    node.network().connect(node.loops().getFirst(), "server", 9092, 60_000, third);
    stage.pass(10);
    assertThat(stage.gate.waiting()).isEqualTo(1);
    second.close();
    // Nobody reads from who waits, so that he has left is seen when he would be let in.
    first.close();
    stage.until(() -> third.connection != null && stage.gate.open() == 1);
    assertThat(isServed(third)).isTrue();
    assertThat(stage.gate.waiting()).isZero();
  }
}
