package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogConfig;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectoriesConfig;
import io.millrace.log.LogEnvironment;
import io.millrace.log.LogReports;
import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.ReceiveBuffer;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpoint;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.LogDeltaManifest;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whom a broker follows while it leaves in a controlled shutdown: nobody whose in-sync replicas it
/// has left, everybody else as before.
class DepartureTest {

  private static final int HERE = 1;
  private static final int LEADER = 2;
  private static final int PORT = 9092;
  private static final Path DIRECTORY = Path.of("/data");
  private static final Uuid TOPIC = new Uuid(7, 7);

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final VirtualNode node = world.node("broker");
  private final VirtualNode other = world.node("leader");
  private final EventLoop loop = node.loops().getFirst();
  private int connections;
  private MetadataImage image = MetadataImage.EMPTY;
  private Partitions partitions;

  @BeforeEach
  void aFollower() throws IOException {
    other.network().listen("", PORT, Counted::new);
    node.disk().createDirectories(DIRECTORY);
    String identity = "version=1\nnode.id=1\ndirectory.id=" + new Uuid(3, 4) + "\n";
    node.disk()
        .replace(DIRECTORY.resolve("meta.properties"), identity.getBytes(StandardCharsets.UTF_8));
    partitions =
        new Partitions(
            HERE,
            LogDirectories.open(
                node, new LogDirectoriesConfig(List.of(DIRECTORY), HERE), (_, _) -> {}),
            new LogEnvironment(node, LogReports.NONE),
            (_, _) -> new TopicSettings(LogConfig.DEFAULTS, 1),
            ReplicationSettings.DEFAULTS,
            "PLAINTEXT",
            () -> 1,
            new ControllerReports(HERE, () -> 1, (_, _, _, _) -> {}, loop),
            loop,
            loop,
            _ -> {},
            List.of());
    learn(
        broker(LEADER, "leader"),
        new TopicRecord().setName("t").setTopicId(TOPIC),
        new PartitionRecord()
            .setTopicId(TOPIC)
            .setPartitionId(0)
            .setReplicas(List.of(LEADER, HERE))
            .setDirectories(List.of(new Uuid(3, 5), new Uuid(3, 4)))
            .setIsr(List.of(LEADER, HERE))
            .setLeader(LEADER));
    assertThat(connections).isOne();
  }

  @Test
  void itFollowsAsLongAsItIsInSync() {
    partitions.depart();
    learn(inSync(List.of(LEADER, HERE)));

    assertThat(connections).isOne();
  }

  @Test
  void itFollowsNoMoreWhereItHasLeft() {
    partitions.depart();
    learn(inSync(List.of(LEADER)));

    assertThat(connections).isZero();
  }

  @Test
  void whoOnlyLagsFollows() {
    learn(inSync(List.of(LEADER)));

    assertThat(connections).isPositive();
  }

  private static PartitionChangeRecord inSync(List<Integer> isr) {
    return new PartitionChangeRecord().setTopicId(TOPIC).setPartitionId(0).setIsr(isr);
  }

  private static RegisterBrokerRecord broker(int id, String host) {
    var endPoints = new RegisterBrokerRecord.BrokerEndpointCollection();
    endPoints.add(
        new BrokerEndpoint()
            .setName("PLAINTEXT")
            .setHost(host)
            .setPort(PORT)
            .setSecurityProtocol(SecurityProtocol.PLAINTEXT.id));
    return new RegisterBrokerRecord()
        .setBrokerId(id)
        .setIncarnationId(new Uuid(9, id))
        .setEndPoints(endPoints);
  }

  private void learn(ApiMessage... records) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    for (ApiMessage record : records) {
      delta.replay(record);
    }
    MetadataProvenance provenance =
        new MetadataProvenance(image.highestOffsetAndEpoch().offset() + 1, 1, 1, true);
    MetadataImage next = delta.apply(provenance);
    image = next;
    loop.execute(() ->
        partitions.onImage(
            delta,
            next,
            new LogDeltaManifest.Builder()
                .provenance(provenance)
                .leaderAndEpoch(LeaderAndEpoch.UNKNOWN)
                .numBatches(1)
                .elapsedNs(0)
                .numBytes(0)
                .build()));
    world.runFor(100_000_000L);
  }

  /// Counts itself as long as it is open, and never answers.
  private final class Counted implements ConnectionHandler {

    @Override
    public void onOpen(Connection connection) {
      connections++;
    }

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
    public void onClose(@Nullable Throwable cause) {
      connections--;
    }
  }
}
