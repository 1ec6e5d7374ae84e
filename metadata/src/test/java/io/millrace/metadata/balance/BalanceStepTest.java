package io.millrace.metadata.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.junit.jupiter.api.Test;

/// What a cluster that balances itself does next, from the metadata alone.
class BalanceStepTest {

  private static final Uuid ORDERS = new Uuid(5, 6);
  private static final BalancerSettings SETTINGS = BalancerSettings.of(Map.of());

  private final MetadataDelta delta =
      new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();

  BalanceStepTest() {
    delta.replay(new TopicRecord().setName("orders").setTopicId(ORDERS));
  }

  @Test
  void aNewBrokerGetsItsShareFewAtATime() {
    brokers(1, 2, 3);
    for (int i = 0; i < 6; i++) {
      partition(i, i % 2 + 1, List.of(i % 2 + 1, 2 - i % 2), List.of(1, 2));
    }

    BalanceStep step = decide();

    assertThat(step)
        .isInstanceOfSatisfying(
            BalanceStep.Move.class,
            move -> {
              assertThat(move.now())
                  .hasSize(2)
                  .allSatisfy(change -> assertThat(change.to()).contains(3));
              assertThat(move.plan().changes()).hasSizeGreaterThanOrEqualTo(4);
            });
  }

  @Test
  void whatIsEvenIsLeftAlone() {
    brokers(1, 2);
    partition(0, 1, List.of(1, 2), List.of(1, 2));
    partition(1, 2, List.of(2, 1), List.of(1, 2));
    assertThat(decide()).isEqualTo(new BalanceStep.Even(List.of()));
  }

  @Test
  void nothingIsMovedWhileABrokerIsMissing() {
    brokers(1, 2);
    broker(3, true);
    partition(0, 1, List.of(1, 2), List.of(1, 2));
    assertThat(decide()).isEqualTo(new BalanceStep.Rest("broker 3 is missing"));
  }

  @Test
  void nothingIsMovedWhileAReplicaIsOutOfSync() {
    brokers(1, 2, 3);
    partition(0, 1, List.of(1, 2), List.of(1));
    assertThat(decide()).isEqualTo(new BalanceStep.Rest("orders-0 lacks replicas in sync"));
  }

  @Test
  void nothingIsMovedWhileSomethingIsBeingMoved() {
    brokers(1, 2, 3);
    delta.replay(record(0, 1, List.of(1, 2, 3), List.of(1, 2, 3)).setAddingReplicas(List.of(3)));
    assertThat(decide()).isEqualTo(new BalanceStep.Rest("orders-0 is being moved"));
  }

  @Test
  void leadersFollowTheOrderOfReplicas() {
    brokers(1, 2);
    partition(0, 1, List.of(1, 2), List.of(1, 2));
    partition(1, 1, List.of(2, 1), List.of(1, 2));
    assertThat(decide()).isEqualTo(new BalanceStep.Lead(List.of(new TopicPartition("orders", 1))));
    assertThat(BalanceStep.decide(image(), Census.NONE, SETTINGS, false))
        .isEqualTo(new BalanceStep.Even(List.of()));
  }

  @Test
  void aBrokerThatFillsIsEmptiedAsFarAsMayBeCopiedAtOnce() {
    brokers(1, 2);
    partition(0, 1, List.of(1), List.of(1));
    partition(1, 1, List.of(1), List.of(1));
    partition(2, 2, List.of(2), List.of(2));
    partition(3, 2, List.of(2), List.of(2));
    Census census =
        new Census(
            Map.of(1, new Volume(1_000_000, 50_000), 2, new Volume(1_000_000, 900_000)),
            Map.of(
                new TopicPartition("orders", 0), 100_000L,
                new TopicPartition("orders", 1), 100_000L),
            _ -> 0);

    assertThat(decide(census, Map.of()))
        .isInstanceOfSatisfying(BalanceStep.Move.class, move -> assertThat(move.now()).hasSize(2));
    assertThat(decide(census, Map.of("balancer.moves.bytes", "150000")))
        .isInstanceOfSatisfying(BalanceStep.Move.class, move -> assertThat(move.now()).hasSize(1));
    assertThat(decide(census, Map.of("balancer.disk.full.percent", "96")))
        .isInstanceOf(BalanceStep.Even.class);
  }

  private BalanceStep decide(Census census, Map<String, String> properties) {
    return BalanceStep.decide(image(), census, BalancerSettings.of(properties), true);
  }

  private BalanceStep decide() {
    return BalanceStep.decide(image(), Census.NONE, SETTINGS, true);
  }

  private MetadataImage image() {
    return delta.apply(MetadataProvenance.EMPTY);
  }

  private void brokers(int... ids) {
    for (int id : ids) {
      broker(id, false);
    }
  }

  private void broker(int id, boolean fenced) {
    delta.replay(
        new RegisterBrokerRecord()
            .setBrokerId(id)
            .setBrokerEpoch(7)
            .setIncarnationId(new Uuid(1, id))
            .setLogDirs(List.of(new Uuid(3, id)))
            .setFenced(fenced));
  }

  private void partition(int index, int leader, List<Integer> replicas, List<Integer> isr) {
    delta.replay(record(index, leader, replicas, isr));
  }

  private static PartitionRecord record(
      int index, int leader, List<Integer> replicas, List<Integer> isr) {
    return new PartitionRecord()
        .setTopicId(ORDERS)
        .setPartitionId(index)
        .setReplicas(replicas)
        .setIsr(isr)
        .setDirectories(replicas.stream().map(id -> new Uuid(3, id)).toList())
        .setLeader(leader)
        .setLeaderEpoch(1)
        .setPartitionEpoch(1);
  }
}
