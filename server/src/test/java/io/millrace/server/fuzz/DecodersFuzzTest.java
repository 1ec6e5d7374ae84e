package io.millrace.server.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.server.request.ApiTable;
import io.millrace.server.request.ConnectionGate;
import io.millrace.server.request.ListenerSettings;
import io.millrace.server.request.Request.ListenerRole;
import io.millrace.server.request.RequestPath;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Frames, headers and the decoder of every API that Kafka knows, in every version, in front of
/// handlers that refuse everything, so that the way back is taken too.
class DecodersFuzzTest {

  private static final int INPUTS = 20_000;

  /// What an input may cost beside what grows with it: a connection, tables of versions.
  private static final long BASE_BYTES = 1 << 20;

  /// Heap bytes a byte of input. Kafka's message classes make an object of some 40 bytes and a
  /// place in a list for an element of one byte, and an error answer does so twice more.
  private static final long BYTES_A_BYTE = 400;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final VirtualWorld world = VirtualWorld.builder(1).loops(1).build();
  private final VirtualNode node = world.node("node");
  private final ConnectionGate gate = new ConnectionGate(node.clock(), 11, 1);
  private final RequestPath path = new RequestPath(node, gate, gate, -1);
  private final ListenerSettings listener =
      new ListenerSettings(
          new ListenerName("PLAINTEXT"),
          SecurityProtocol.PLAINTEXT,
          ListenerRole.BROKER,
          1 << 21,
          60_000);
  private final ApiTable table = refusingAll();

  /// Classes are loaded: what is allocated from now on is for the input.
  private boolean warm;

  private MemoryConnection connection = new MemoryConnection(node.loops().getFirst());
  private ConnectionHandler handler = path.accept(listener, () -> table);

  private static ApiTable refusingAll() {
    ApiTable.Builder apis = ApiTable.builder();
    for (ApiKeys api : ApiKeys.values()) {
      boolean stable = api.latestVersion(false) >= api.oldestVersion();
      if (stable && api != ApiKeys.PRODUCE) { // decoded by hand: see NodeFuzzTest
        apis.serve(api, (_, _, out) -> out.fail(Errors.UNKNOWN_SERVER_ERROR.exception("no")));
      }
    }
    return apis.build();
  }

  @Test
  @Timeout(value = 1, unit = java.util.concurrent.TimeUnit.DAYS)
  void everyDecoderAnswersOrCloses() {
    path.serve(ListenerRole.BROKER);
    onLoop(() -> handler.onOpen(connection));
    FuzzPlan plan = new FuzzPlan(INPUTS);
    RequestShapes shapes =
        new RequestShapes(
            plan.random(), List.of("", "a", "topic", "x".repeat(300)), List.of(Uuid.ONE_UUID));
    Mutation mutation = new Mutation(plan.random());
    List<ApiKeys> apis = table.apis();
    for (ApiKeys api : apis) {
      for (int version = api.oldestVersion(); version <= api.latestVersion(false); version++) {
        feed(shapes.request(api, (short) version, version), api + " v" + version);
      }
    }
    warm = true;
    for (byte[] kept : Corpus.requests()) {
      feed(kept, HexFormat.of().formatHex(kept));
    }
    while (plan.next()) {
      ApiKeys api = apis.get(plan.random().nextInt(apis.size()));
      int versions = api.latestVersion(false) - api.oldestVersion() + 1;
      short version = (short) (api.oldestVersion() + plan.random().nextInt(versions));
      byte[] input = shapes.request(api, version, plan.random().nextInt());
      if (plan.random().nextInt(4) != 0) {
        input = mutation.of(input);
      }
      feed(input, plan.describe(input));
    }
    onLoop(() -> handler.onClose(null));
    assertThat(path.counters().handlerFaults()).isZero();
    assertThat(gate.open()).isZero();
  }

  private void feed(byte[] request, String what) {
    if (connection.closed) {
      onLoop(() -> handler.onClose(null));
      connection = new MemoryConnection(node.loops().getFirst());
      handler = path.accept(listener, () -> table);
      onLoop(() -> handler.onOpen(connection));
    }
    int answered = connection.answers;
    ByteBuffer frame = ByteBuffer.allocateDirect(4 + request.length);
    frame.putInt(0, request.length).put(4, request);
    ReceiveBuffer in = new ReceiveBuffer(frame);
    in.set(frame, 0, frame.capacity());
    List<Long> allocated = new ArrayList<>();
    onLoop(() -> {
      long before = threads.getCurrentThreadAllocatedBytes();
      handler.onReceive(in);
      handler.onReceiveComplete();
      allocated.add(threads.getCurrentThreadAllocatedBytes() - before);
    });
    assertThat(path.counters().handlerFaults()).as(what).isZero();
    if (warm) {
      assertThat(allocated.getFirst())
          .as(what)
          .isLessThan(BASE_BYTES + BYTES_A_BYTE * request.length);
    }
    if (!connection.closed) {
      assertThat(connection.answers).as(what).isEqualTo(answered + 1);
      assertThat(connection.lastCorrelationId).as(what).isEqualTo(frame.getInt(8));
    }
  }

  private void onLoop(Runnable step) {
    boolean[] done = {false};
    node.loops()
        .getFirst()
        .execute(() -> {
          step.run();
          done[0] = true;
        });
    world.runUntil(() -> done[0], 1_000_000_000);
  }
}
