package io.millrace.metadata.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpoint;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.LogDeltaManifest;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Controller 1 watches broker 2 over the virtual network.
class BrokerEvidenceTest {

  private static final long SECOND = 1_000_000_000;
  private static final int PORT = 9092;

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final VirtualNode controller = world.node("controller");
  private final List<BrokerHeartbeatRequestData> heartbeats = new ArrayList<>();
  private final BrokerEvidence evidence =
      new BrokerEvidence(
          controller,
          controller.loops().getFirst(),
          1,
          "PLAINTEXT",
          (request, _, loop, onReply) -> {
            heartbeats.add((BrokerHeartbeatRequestData) request);
            loop.execute(() ->
                onReply.accept(
                    new ControllerReply.Answered(
                        new BrokerHeartbeatResponseData().setIsFenced(true))));
          });
  private VirtualNode broker = world.node("broker");
  private MetadataImage image = MetadataImage.EMPTY;

  private void listen() {
    try {
      broker.network().listen("", PORT, Silent::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void show(long epoch, boolean fenced) {
    RegisterBrokerRecord record =
        new RegisterBrokerRecord()
            .setBrokerId(2)
            .setBrokerEpoch(epoch)
            .setIncarnationId(new Uuid(2, epoch))
            .setFenced(fenced)
            .setLogDirs(List.of(new Uuid(8, 2)));
    record
        .endPoints()
        .add(new BrokerEndpoint().setName("PLAINTEXT").setHost("broker").setPort(PORT));
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    delta.replay(record);
    image = delta.apply(new MetadataProvenance(100 + epoch, 1, 0, true));
    evidence.onImage(
        delta,
        image,
        new LogDeltaManifest.Builder()
            .provenance(image.provenance())
            .leaderAndEpoch(LeaderAndEpoch.UNKNOWN)
            .numBatches(1)
            .elapsedNs(1)
            .numBytes(1)
            .build());
    world.runFor(SECOND / 10);
  }

  @Test
  void aDeadBrokerIsFencedOnItsBehalf() {
    listen();
    evidence.onLeaderChange(1, 1);
    show(7, false);
    world.runFor(10 * SECOND);
    assertThat(heartbeats).isEmpty();

    broker.kill();
    world.runFor(SECOND / 50);

    BrokerHeartbeatRequestData asked = heartbeats.getFirst();
    assertThat(asked.brokerId()).isEqualTo(2);
    assertThat(asked.brokerEpoch()).isEqualTo(7);
    assertThat(asked.wantFence()).isTrue();
    assertThat(asked.cordonedLogDirs()).isNull();
    assertThat(asked.offlineLogDirs()).isEmpty();
  }

  /// While the kernel takes a process down, it may take one more connection in.
  @Test
  void aConnectionThatIsResetAtOnceIsTriedAgainSoon() throws IOException {
    List<Connection> opened = new ArrayList<>();
    broker.network().listen("", PORT, () -> new HoldsOne(opened));
    evidence.onLeaderChange(1, 1);
    show(7, false);
    world.runFor(SECOND);
    opened.getFirst().close();
    while (opened.size() < 2) {
      world.runFor(SECOND / 10_000);
    }

    broker.kill();
    world.runFor(SECOND / 50);

    assertThat(heartbeats).isNotEmpty();
  }

  @Test
  void aBrokerThatDiedWithTheFormerControllerIsFenced() {
    show(7, false);
    evidence.onLeaderChange(1, 2);
    world.runFor(SECOND / 50);

    assertThat(heartbeats).isNotEmpty();
  }

  @Test
  void nothingIsAskedForWhileAnotherLeadsNorForTheFenced() {
    show(7, false);
    evidence.onLeaderChange(3, 1);
    world.runFor(SECOND);
    assertThat(heartbeats).isEmpty();

    show(7, true);
    evidence.onLeaderChange(1, 2);
    world.runFor(SECOND);
    assertThat(heartbeats).isEmpty();
  }

  @Test
  void silenceIsNoEvidence() {
    listen();
    evidence.onLeaderChange(1, 1);
    show(7, false);
    world.network().cut("controller", "broker");
    world.network().reset("controller", "broker");
    world.runFor(10 * SECOND);

    assertThat(heartbeats).isEmpty();
  }

  @Test
  void anIncarnationThatProvesItWrongIsNotAccusedAgain() {
    evidence.onLeaderChange(1, 1);
    show(7, false);
    world.runFor(SECOND);
    show(7, true);
    assertThat(heartbeats).isNotEmpty();
    heartbeats.clear();

    // It has sent a heartbeat, though its listener refuses.
    show(7, false);
    world.runFor(5 * SECOND);
    assertThat(heartbeats).isEmpty();

    show(9, false);
    world.runFor(SECOND);
    assertThat(heartbeats).isNotEmpty();
  }

  /// Keeps the first connection and closes all others.
  private static final class HoldsOne extends Silent {
    private final List<Connection> opened;

    HoldsOne(List<Connection> opened) {
      this.opened = opened;
    }

    @Override
    public void onOpen(Connection connection) {
      opened.add(connection);
      if (opened.size() > 1) {
        connection.close();
      }
    }
  }

  /// Accepts and says nothing.
  private static class Silent implements ConnectionHandler {
    @Override
    public void onOpen(Connection connection) {}

    @Override
    public int onReceive(ReceiveBuffer in) {
      in.readIndex(in.writeIndex());
      return 0;
    }

    @Override
    public void onReceiveComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onClose(@Nullable Throwable cause) {}
  }
}
