package io.millrace.metadata.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.junit.jupiter.api.Test;

class DeparturesTest {

  private static final long SECOND = 1_000_000_000;
  private static final Uuid ORDERS = new Uuid(5, 6);
  private static final Map<Integer, Volume> DISKS = Map.of(1, new Volume(1_000, 100));

  private final Departures departures = new Departures(60_000);

  @Test
  void whatHasLeftCountsAsFreeUntilItsFilesAreDeleted() {
    departures.ordered(List.of(moved()));

    assertThat(departures.deducted(DISKS, heldBy(2), 0)).containsEntry(1, new Volume(1_000, 350));
    assertThat(departures.deducted(DISKS, heldBy(2), 59 * SECOND))
        .containsEntry(1, new Volume(1_000, 350));
    assertThat(departures.deducted(DISKS, heldBy(2), 60 * SECOND)).isEqualTo(DISKS);
  }

  @Test
  void whatWasRefusedIsStillThere() {
    departures.ordered(List.of(moved()));

    assertThat(departures.deducted(DISKS, heldBy(1), 0)).isEqualTo(DISKS);
    assertThat(departures.deducted(DISKS, heldBy(2), SECOND)).isEqualTo(DISKS);
  }

  private static Plan.Change moved() {
    return new Plan.Change(
        new TopicPartition("orders", 0),
        List.of(1),
        List.of(2),
        250,
        Plan.Goal.FULL_DISK,
        List.of());
  }

  private static MetadataImage heldBy(int broker) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
    delta.replay(new TopicRecord().setName("orders").setTopicId(ORDERS));
    delta.replay(
        new PartitionRecord()
            .setTopicId(ORDERS)
            .setPartitionId(0)
            .setReplicas(List.of(broker))
            .setIsr(List.of(broker))
            .setDirectories(List.of(new Uuid(3, broker)))
            .setLeader(broker)
            .setLeaderEpoch(1)
            .setPartitionEpoch(1));
    return delta.apply(MetadataProvenance.EMPTY);
  }
}
