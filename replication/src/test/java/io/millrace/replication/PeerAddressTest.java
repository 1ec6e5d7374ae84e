package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogConfig;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectoriesConfig;
import io.millrace.log.LogEnvironment;
import io.millrace.log.LogReports;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpoint;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.LogDeltaManifest;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.junit.jupiter.api.Test;

/// Where a follower looks for its leader: at the listener of brokers (`inter.broker.listener.name`)
/// and nowhere else, as Kafka's. Another listener may ask for other security, or be for clients of
/// another network.
class PeerAddressTest {

  private static final Path DIRECTORY = Path.of("/data");

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final VirtualNode node = world.node("broker");

  private Partitions brokerThatKnows(RegisterBrokerRecord... registered) throws IOException {
    EventLoop loop = node.loops().getFirst();
    node.disk().createDirectories(DIRECTORY);
    String identity = "version=1\nnode.id=1\ndirectory.id=" + new Uuid(3, 4) + "\n";
    node.disk()
        .replace(DIRECTORY.resolve("meta.properties"), identity.getBytes(StandardCharsets.UTF_8));
    Partitions partitions =
        new Partitions(
            1,
            LogDirectories.open(
                node, new LogDirectoriesConfig(List.of(DIRECTORY), 1), (_, _) -> {}),
            new LogEnvironment(node, LogReports.NONE),
            (_, _) -> new TopicSettings(LogConfig.DEFAULTS, 1),
            ReplicationSettings.DEFAULTS,
            "REPLICATION",
            () -> 1,
            new ControllerReports(1, () -> 1, (_, _, _, _) -> {}, loop),
            loop,
            loop,
            _ -> {},
            List.of());
    MetadataDelta delta = new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
    for (RegisterBrokerRecord each : registered) {
      delta.replay(each);
    }
    MetadataProvenance provenance = new MetadataProvenance(1, 1, 1, true);
    loop.execute(() ->
        partitions.onImage(
            delta,
            delta.apply(provenance),
            new LogDeltaManifest.Builder()
                .provenance(provenance)
                .leaderAndEpoch(LeaderAndEpoch.UNKNOWN)
                .numBatches(1)
                .elapsedNs(0)
                .numBytes(0)
                .build()));
    world.runFor(1_000_000_000L);
    return partitions;
  }

  private static RegisterBrokerRecord broker(int id, String... listeners) {
    var endPoints = new RegisterBrokerRecord.BrokerEndpointCollection();
    for (int i = 0; i < listeners.length; i++) {
      endPoints.add(
          new BrokerEndpoint()
              .setName(listeners[i])
              .setHost("host-" + id)
              .setPort(9092 + i)
              .setSecurityProtocol(SecurityProtocol.PLAINTEXT.id));
    }
    return new RegisterBrokerRecord()
        .setBrokerId(id)
        .setIncarnationId(new Uuid(9, id))
        .setEndPoints(endPoints);
  }

  @Test
  void aLeaderIsFetchedFromAtTheListenerOfBrokers() throws IOException {
    Partitions partitions = brokerThatKnows(broker(2, "CLIENTS", "REPLICATION"));

    assertThat(partitions.addressOf(2)).isEqualTo(new FetcherHost.Address("host-2", 9093));
  }

  @Test
  void aLeaderWithoutThatListenerIsNotReachedAtAnotherOne() throws IOException {
    Partitions partitions = brokerThatKnows(broker(2, "CLIENTS"));

    assertThat(partitions.addressOf(2)).isNull();
    assertThat(partitions.connectionTo(2, node.loops().getFirst(), "replica-fetcher-", 1)).isNull();
    assertThat(partitions.addressOf(3)).as("unknown").isNull();
  }
}
