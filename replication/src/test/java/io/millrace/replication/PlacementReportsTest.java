package io.millrace.replication;

import static io.millrace.replication.TwoDirectories.ID;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.log.LogConfig;
import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.virtual.VirtualWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsImage;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.apache.kafka.metadata.PartitionRegistration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// When the controller hears of a replica that does not lie where the metadata has it.
final class PlacementReportsTest {

  private static final Uuid GONE = new Uuid(9, 9);
  private static final Uuid HOME = TwoDirectories.idOf(TwoDirectories.FIRST);
  private static final int NOBODY = -1;

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final List<Uuid> told = new ArrayList<>();
  private TwoDirectories broker;
  private PlacementReports reports;

  @BeforeEach
  void open() throws Exception {
    broker = new TwoDirectories(world, LogConfig.DEFAULTS, TwoDirectories.FIRST);
    reports =
        new PlacementReports(
            new ControllerReports(
                1,
                () -> 7,
                (request, _, loop, onReply) -> {
                  ((AssignReplicasToDirsRequestData) request)
                      .directories()
                      .forEach(directory -> told.add(directory.id()));
                  loop.execute(() ->
                      onReply.accept(
                          new ControllerReply.Answered(new AssignReplicasToDirsResponseData())));
                },
                broker.node.loops().getFirst()));
  }

  private static TopicsImage ledBy(int leader) {
    PartitionRegistration registration =
        new PartitionRegistration.Builder()
            .setReplicas(new int[] {1, 2})
            .setDirectories(new Uuid[] {GONE, GONE})
            .setIsr(new int[] {1, 2})
            .setLeader(leader)
            .setLeaderRecoveryState(LeaderRecoveryState.RECOVERED)
            .setLeaderEpoch(0)
            .setPartitionEpoch(0)
            .build();
    return TopicsImage.EMPTY.including(
        new TopicImage(ID.topic(), ID.topicId(), Map.of(ID.partition(), registration)));
  }

  private List<Uuid> told() {
    world.runFor(1_000_000_000);
    return told;
  }

  @Test
  void aReplicaMadeAnewIsToldOfWhenAnotherLeads() {
    reports.onHosted(broker.partition(), GONE, false);
    reports.onImage(ledBy(NOBODY), true);
    assertThat(told()).isEmpty();
    reports.onImage(ledBy(2), true);
    reports.onImage(ledBy(2), true);
    assertThat(told()).containsExactly(HOME);
  }

  /// Who has just been started first sees metadata of long ago.
  @Test
  void aLeaderOfBeforeTheRegistrationDoesNotCount() {
    reports.onHosted(broker.partition(), GONE, false);
    reports.onImage(ledBy(2), false);
    reports.onImage(ledBy(NOBODY), true);
    assertThat(told()).isEmpty();
  }

  @Test
  void theOnlyReplicaHasNobodyToWaitFor() {
    reports.onHosted(broker.partition(), GONE, true);
    assertThat(told()).containsExactly(HOME);
  }

  @Test
  void aReplicaThatWasLeftToTheBrokerIsToldOfAtOnce() {
    reports.onHosted(broker.partition(), DirectoryId.UNASSIGNED, false);
    assertThat(told()).containsExactly(HOME);
  }

  @Test
  void whereTheMetadataIsRightNothingIsSaid() {
    reports.onHosted(broker.partition(), HOME, false);
    reports.onHosted(broker.partition(), DirectoryId.MIGRATING, false);
    reports.onImage(ledBy(2), true);
    assertThat(told()).isEmpty();
  }

  @Test
  void aReplicaThatHasLeftIsForgotten() {
    reports.onHosted(broker.partition(), GONE, false);
    reports.forget(broker.partition());
    reports.onImage(ledBy(2), true);
    assertThat(told()).isEmpty();
  }
}
