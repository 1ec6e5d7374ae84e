package io.millrace.server.api.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.replication.TopicTable;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.junit.jupiter.api.Test;

class LeaderHintsTest {

  private static final Uuid ORDERS = new Uuid(5, 6);
  private static final ListenerName LISTENER = new ListenerName("OUTSIDE");

  private final MetadataDelta delta =
      new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();

  @Test
  void namesLeaderAndAddressAsKafkaReadsThem() {
    broker(4, "south", false);
    led(0, 4, 9);
    LeaderHints hints = hints();

    assertThat(hints.leader(hints.image().topics().getTopic(ORDERS), 0))
        .isEqualTo(new LeaderHints.Leader(4, 9));

    FetchResponseData read = read(hints);
    assertThat(read.nodeEndpoints()).hasSize(1);
    FetchResponseData.NodeEndpoint node = read.nodeEndpoints().find(4);
    assertThat(node.host()).isEqualTo("host-4");
    assertThat(node.port()).isEqualTo(9_004);
    assertThat(node.rack()).isEqualTo("south");
  }

  @Test
  void saysNothingOfTheAddressOfAFencedLeader() {
    broker(4, null, true);
    led(0, 4, 9);
    LeaderHints hints = hints();

    assertThat(hints.leader(hints.image().topics().getTopic(ORDERS), 0).id()).isEqualTo(4);
    assertThat(read(hints).nodeEndpoints()).isEmpty();
  }

  @Test
  void knowsNoLeaderOfWhatDoesNotExist() {
    assertThat(hints().leader(null, 3)).isEqualTo(new LeaderHints.Leader(-1, -1));
  }

  private void broker(int id, @org.jspecify.annotations.Nullable String rack, boolean fenced) {
    RegisterBrokerRecord record =
        new RegisterBrokerRecord()
            .setBrokerId(id)
            .setBrokerEpoch(7)
            .setIncarnationId(new Uuid(1, id))
            .setRack(rack)
            .setFenced(fenced);
    record
        .endPoints()
        .add(
            new RegisterBrokerRecord.BrokerEndpoint()
                .setName(LISTENER.value())
                .setHost("host-" + id)
                .setPort(9_000 + id));
    delta.replay(record);
  }

  private void led(int partition, int leader, int epoch) {
    delta.replay(new TopicRecord().setName("orders").setTopicId(ORDERS));
    delta.replay(
        new PartitionRecord()
            .setTopicId(ORDERS)
            .setPartitionId(partition)
            .setReplicas(List.of(leader))
            .setIsr(List.of(leader))
            .setDirectories(List.of(new Uuid(3, 3)))
            .setLeader(leader)
            .setLeaderEpoch(epoch)
            .setPartitionEpoch(1));
  }

  private LeaderHints hints() {
    return new LeaderHints(delta.apply(MetadataProvenance.EMPTY), TopicTable.EMPTY, LISTENER);
  }

  /// A Fetch answer without partitions that ends with these hints.
  private static FetchResponseData read(LeaderHints hints) {
    ByteBuffer bytes = ByteBuffer.allocate(11 + hints.tagsSize());
    bytes.putInt(0).putShort((short) 0).putInt(0).put((byte) 1);
    hints.writeTags(bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    return new FetchResponseData(new ByteBufferAccessor(bytes.flip()), (short) 17);
  }
}
