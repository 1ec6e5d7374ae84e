package io.millrace.metadata.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.balance.Layout.Broker;
import io.millrace.metadata.balance.Layout.Placement;
import io.millrace.metadata.balance.Layout.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalancerTest {

  private static final long MB = 1_000_000;

  private static Broker open(int id) {
    return new Broker(id, "", Role.OPEN);
  }

  private static Broker inRack(int id, String rack) {
    return new Broker(id, rack, Role.OPEN);
  }

  private static Placement events(int partition, Integer... replicas) {
    return new Placement(new TopicPartition("events", partition), List.of(replicas), 0);
  }

  private static Placement sized(int partition, long megabytes, Integer... replicas) {
    return new Placement(
        new TopicPartition("events", partition), List.of(replicas), megabytes * MB);
  }

  @Test
  void aBalancedClusterIsLeftAlone() {
    Layout layout =
        new Layout(
            List.of(open(1), open(2), open(3)),
            List.of(events(0, 1, 2, 3), events(1, 2, 3, 1), events(2, 3, 1, 2)));

    assertThat(Balancer.plan(layout, Goals.ALL).changes()).isEmpty();
  }

  @Test
  void aNewBrokerGetsItsShareOfReplicasAndLeaders() {
    Layout layout =
        new Layout(
            List.of(open(1), open(2), open(3)),
            List.of(events(0, 1, 2), events(1, 2, 1), events(2, 1, 2)));

    Plan plan = Balancer.plan(layout, Goals.ALL);

    assertThat(plan.after()).extracting(Plan.Share::replicas).containsExactly(2, 2, 2);
    assertThat(plan.after()).extracting(Plan.Share::leaders).containsExactly(1, 1, 1);
    assertThat(plan.changes()).allSatisfy(change -> assertThat(change.reasons()).isNotEmpty());
  }

  @Test
  void leadersAloneMoveNoData() {
    Layout layout =
        new Layout(
            List.of(open(1), open(2), open(3)),
            List.of(events(0, 1, 2), events(1, 1, 3), events(2, 1, 2)));

    Plan plan = Balancer.plan(layout, Goals.LEADERS_ONLY);

    assertThat(plan.after()).extracting(Plan.Share::leaders).containsExactly(1, 1, 1);
    assertThat(plan.changes()).allSatisfy(change -> assertThat(change.copies()).isZero());
  }

  /// 1 holds nothing that 3 has, but can give to 2, and 2 to 3.
  @Test
  void leadersGoThroughOthersWhereTheyMust() {
    Layout layout =
        new Layout(
            List.of(open(1), open(2), open(3)),
            List.of(events(0, 1, 2), events(1, 1, 2), events(2, 2, 3)));

    Plan plan = Balancer.plan(layout, Goals.LEADERS_ONLY);

    assertThat(plan.after()).extracting(Plan.Share::leaders).containsExactly(1, 1, 1);
  }

  @Test
  void aDrainedBrokerIsEmptiedAndNothingElseMoves() {
    Layout layout =
        new Layout(
            List.of(open(1), open(2), new Broker(3, "", Role.DRAINED), open(4)),
            List.of(events(0, 3, 1), events(1, 1, 2), events(2, 2, 3)));

    Plan plan = Balancer.plan(layout, Goals.EVACUATE);

    assertThat(plan.changes())
        .extracting(Plan.Change::to)
        .containsExactly(List.of(4, 1), List.of(2, 4));
    assertThat(plan.changes().getFirst().reasons()).containsExactly("broker 3 is drained");
    assertThat(plan.after().get(2)).isEqualTo(new Plan.Share(3, 0, 0, 0, 0, -1));
  }

  @Test
  void saysWhatNobodyCanTake() {
    Layout layout =
        new Layout(
            List.of(open(1), new Broker(2, "", Role.DRAINED), new Broker(3, "", Role.CORDONED)),
            List.of(events(0, 1, 2)));

    Plan plan = Balancer.plan(layout, Goals.ALL);

    assertThat(plan.changes()).isEmpty();
    assertThat(plan.stuck()).containsExactly(new TopicPartition("events", 0));
  }

  @Test
  void whatADrainedBrokerMustKeepIsLedByAnother() {
    Layout layout =
        new Layout(List.of(open(1), new Broker(2, "", Role.DRAINED)), List.of(events(0, 2, 1)));

    Plan plan = Balancer.plan(layout, Goals.EVACUATE);

    assertThat(plan.stuck()).hasSize(1);
    assertThat(plan.changes().getFirst().to()).containsExactly(1, 2);
  }

  @Test
  void replicasOfAVanishedBrokerFindANewHome() {
    Layout layout = new Layout(List.of(open(1), open(2)), List.of(events(0, 7, 1)));

    Plan plan = Balancer.plan(layout, Goals.EVACUATE);

    assertThat(plan.changes().getFirst().to()).containsExactly(2, 1);
    assertThat(plan.changes().getFirst().reasons()).containsExactly("broker 7 is not registered");
  }

  @Test
  void replicasAreSpreadOverRacks() {
    Layout layout =
        new Layout(
            List.of(inRack(1, "a"), inRack(2, "a"), inRack(3, "b"), inRack(4, "c")),
            List.of(events(0, 1, 2, 3)));

    Plan plan = Balancer.plan(layout, Goals.ALL);

    assertThat(plan.changes()).hasSize(1);
    assertThat(plan.changes().getFirst().to()).contains(3, 4).hasSize(3);
  }

  @Test
  void bytesAreEvenedOutBySwaps() {
    Layout layout =
        new Layout(
            List.of(open(1), open(2)),
            List.of(sized(0, 1_000, 1), sized(1, 900, 1), sized(2, 10, 2), sized(3, 20, 2)));

    Plan plan = Balancer.plan(layout, Goals.ALL);

    assertThat(plan.after()).extracting(Plan.Share::replicas).containsExactly(2, 2);
    assertThat(Math.abs(plan.after().get(0).bytes() - plan.after().get(1).bytes()))
        .isLessThan(200 * MB);
    assertThat(plan.bytesToCopy()).isLessThanOrEqualTo(1_020 * MB);
  }

  private static Broker withDisk(int id, long totalMb, long usableMb) {
    return new Broker(id, "", Role.OPEN, new Volume(totalMb * MB, usableMb * MB));
  }

  @Test
  void aFullDiskIsEmptiedFirst() {
    Layout layout =
        new Layout(
            List.of(withDisk(1, 1_000, 90), withDisk(2, 1_000, 400), withDisk(3, 10_000, 8_000)),
            List.of(
                sized(0, 10, 2),
                sized(1, 10, 2),
                sized(2, 10, 2),
                sized(3, 10, 2),
                sized(4, 500, 1),
                sized(5, 120, 1)));

    Plan plan = Balancer.plan(layout, Goals.ALL);

    Plan.Change first = plan.changes().getFirst();
    assertThat(first.partition().partition()).as("the smallest that is enough").isEqualTo(5);
    assertThat(first.goal()).isEqualTo(Plan.Goal.FULL_DISK);
    assertThat(first.to()).containsExactly(3);
    assertThat(first.reasons())
        .first()
        .isEqualTo("broker 1's disk is 91 % full; broker 3 has 8.0 GB free");
    assertThat(plan.after().getFirst().diskPercent()).isLessThanOrEqualTo(80);
  }

  @Test
  void saysThatNobodyHasRoom() {
    Layout layout =
        new Layout(
            List.of(withDisk(1, 1_000, 90), withDisk(2, 1_000, 210)),
            List.of(sized(0, 200, 1), sized(1, 200, 2)));

    Plan plan = Balancer.plan(layout, Goals.ALL);

    assertThat(plan.changes()).isEmpty();
    assertThat(plan.notes())
        .containsExactly(
            "broker 1's disk is 91 % full, and no other broker has room for 110.0 MB of its"
                + " replicas",
            "broker 1's disk would be 91 % full: it gets no more replicas");
  }

  @Test
  void anEmptyBrokerIsNotFilledToTheMark() {
    Layout layout =
        new Layout(
            List.of(withDisk(1, 10_000, 5_000), withDisk(2, 100, 90)),
            List.of(sized(0, 80, 1), sized(1, 80, 1), sized(2, 60, 1), sized(3, 60, 1)));

    Plan plan = Balancer.plan(layout, Goals.ALL);

    assertThat(plan.after().get(1).replicas()).isEqualTo(1);
    assertThat(plan.after().get(1).diskPercent()).isEqualTo(70);
  }

  @Test
  void busyLeadersAreTradedForQuietOnes() {
    Layout layout =
        new Layout(
            List.of(open(1), open(2)),
            List.of(busy(0, 20, 1, 2), busy(1, 10, 1, 2), busy(2, 1, 2, 1), busy(3, 3, 2, 1)));

    Plan plan = Balancer.plan(layout, Goals.ALL);

    assertThat(plan.after()).extracting(Plan.Share::leaders).containsExactly(2, 2);
    assertThat(plan.after())
        .extracting(Plan.Share::bytesPerSecond)
        .containsExactlyInAnyOrder(21 * MB, 13 * MB);
    assertThat(plan.bytesToCopy()).isZero();
    assertThat(plan.changes())
        .allSatisfy(change -> {
          assertThat(change.goal()).isEqualTo(Plan.Goal.TRAFFIC);
          assertThat(change.reasons())
              .containsExactly("broker 1 is to lead 30.0 MB/s, broker 2 4.0 MB/s");
        });
  }

  private static Placement busy(int partition, long megabytesPerSecond, Integer... replicas) {
    return new Placement(
        new TopicPartition("events", partition), List.of(replicas), 0, megabytesPerSecond * MB);
  }

  @Test
  void littleTrafficIsLeftAlone() {
    Layout layout =
        new Layout(
            List.of(open(1), open(2)),
            List.of(
                new Placement(new TopicPartition("events", 0), List.of(1, 2), 0, 900_000),
                new Placement(new TopicPartition("events", 1), List.of(2, 1), 0, 0)));

    assertThat(Balancer.plan(layout, Goals.ALL).changes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void keepsItsPromisesForAnyLayout(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 20; i++) {
      Layout layout = anyLayout(random);
      Plan plan = Balancer.plan(layout, Goals.ALL);
      Layout after = carriedOut(layout, plan);

      keepsWhatPartitionsAre(layout, after);
      givesNothingToClosedBrokers(layout, after);
      fillsNoDisk(plan);
      assertThat(Balancer.plan(layout, Goals.ALL)).isEqualTo(plan);
      assertThat(Balancer.plan(after, Goals.ALL).changes()).as("planned twice").isEmpty();
      if (layout.brokers().stream().allMatch(b -> b.role() == Role.OPEN && b.rack().isEmpty())) {
        assertThat(spread(plan.after().stream().mapToInt(Plan.Share::replicas).toArray()))
            .isLessThanOrEqualTo(1);
      }
    }
  }

  private static int spread(int[] counts) {
    int least = Integer.MAX_VALUE;
    int most = 0;
    for (int count : counts) {
      least = Math.min(least, count);
      most = Math.max(most, count);
    }
    return most - least;
  }

  private static Layout anyLayout(Random random) {
    int brokers = 1 + random.nextInt(8);
    boolean plain = random.nextBoolean();
    List<Broker> all = new ArrayList<>();
    for (int id = 1; id <= brokers; id++) {
      Role role = plain || random.nextInt(3) > 0 ? Role.OPEN : Role.values()[random.nextInt(4)];
      Volume disk =
          plain || random.nextInt(3) == 0
              ? Volume.UNKNOWN
              : new Volume(20_000 * MB, random.nextInt(20_001) * MB);
      all.add(new Broker(id, plain ? "" : "rack" + random.nextInt(3), role, disk));
    }
    List<Integer> ids = new ArrayList<>(all.stream().map(Broker::id).toList());
    if (!plain && random.nextInt(4) == 0) {
      ids.add(99);
    }
    List<Placement> partitions = new ArrayList<>();
    for (int i = random.nextInt(40); i > 0; i--) {
      Collections.shuffle(ids, random);
      int factor = 1 + random.nextInt(Math.min(3, brokers));
      partitions.add(
          new Placement(
              new TopicPartition("topic" + random.nextInt(3), i),
              ids.subList(0, factor),
              random.nextInt(1000) * MB,
              plain ? 0 : random.nextInt(10) * MB));
    }
    return new Layout(all, partitions);
  }

  private static Layout carriedOut(Layout layout, Plan plan) {
    List<Placement> partitions = new ArrayList<>();
    for (Placement placement : layout.partitions()) {
      List<Integer> replicas =
          plan.changes().stream()
              .filter(change -> change.partition().equals(placement.partition()))
              .map(Plan.Change::to)
              .findFirst()
              .orElse(placement.replicas());
      partitions.add(new Placement(placement.partition(), replicas, placement.bytes()));
    }
    return new Layout(disksAfter(layout, plan), partitions);
  }

  private static List<Broker> disksAfter(Layout layout, Plan plan) {
    List<Broker> brokers = new ArrayList<>();
    for (int i = 0; i < layout.brokers().size(); i++) {
      Broker broker = layout.brokers().get(i);
      Volume disk = broker.disk();
      long more = plan.after().get(i).bytes() - plan.before().get(i).bytes();
      brokers.add(
          new Broker(
              broker.id(),
              broker.rack(),
              broker.role(),
              disk.isKnown() ? new Volume(disk.totalBytes(), disk.usableBytes() - more) : disk));
    }
    return brokers;
  }

  private static void fillsNoDisk(Plan plan) {
    for (int i = 0; i < plan.after().size(); i++) {
      Plan.Share before = plan.before().get(i);
      Plan.Share after = plan.after().get(i);
      if (after.bytes() > before.bytes() && after.diskPercent() >= 0) {
        assertThat(after.diskPercent()).isLessThanOrEqualTo(Goals.DEFAULT_FULL_PERCENT);
      }
    }
  }

  private static void keepsWhatPartitionsAre(Layout before, Layout after) {
    for (int i = 0; i < before.partitions().size(); i++) {
      List<Integer> was = before.partitions().get(i).replicas();
      List<Integer> is = after.partitions().get(i).replicas();
      assertThat(is).hasSameSizeAs(was).doesNotHaveDuplicates();
    }
  }

  private static void givesNothingToClosedBrokers(Layout before, Layout after) {
    Set<Integer> open = new LinkedHashSet<>();
    before.brokers().stream().filter(b -> b.role() == Role.OPEN).forEach(b -> open.add(b.id()));
    for (int i = 0; i < before.partitions().size(); i++) {
      List<Integer> was = before.partitions().get(i).replicas();
      for (int id : after.partitions().get(i).replicas()) {
        assertThat(was.contains(id) || open.contains(id)).as("replica on " + id).isTrue();
      }
    }
  }
}
