package io.millrace.metadata.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.raft.RaftStage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.RegisterControllerRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.LogDeltaManifest;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Three voters that watch each other's listeners over the virtual network. Without evidence a dead
/// leader is missed after two seconds.
class LeaderEvidenceTest {

  private static final long SECOND = RaftStage.SECOND;
  private static final long AT_ONCE = SECOND / 10;

  private final RaftStage stage = new RaftStage(1, 3);
  private final Map<RaftStage.Voter, LeaderEvidence> evidence = new LinkedHashMap<>();
  private RaftStage.Voter leader;

  LeaderEvidenceTest() {
    stage.onLeaderChange((voter, now) ->
        evidence
            .computeIfAbsent(voter, this::watching)
            .onLeaderChange(now.leaderId().orElse(-1), now.epoch()));
    stage.startAll();
    leader = stage.awaitLeader();
  }

  private LeaderEvidence watching(RaftStage.Voter voter) {
    LeaderEvidence watching =
        new LeaderEvidence(
            voter.node(),
            voter.node().loops().getFirst(),
            voter.id(),
            voter.raft(),
            id -> new Node(id, RaftStage.name(id), RaftStage.PORT));
    MetadataDelta delta = new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
    for (int id = 1; id <= 3; id++) {
      delta.replay(
          new RegisterControllerRecord().setControllerId(id).setIncarnationId(new Uuid(3, id)));
    }
    MetadataImage image = delta.apply(new MetadataProvenance(100, 1, 0, true));
    watching.onImage(
        delta,
        image,
        new LogDeltaManifest.Builder()
            .provenance(image.provenance())
            .leaderAndEpoch(LeaderAndEpoch.UNKNOWN)
            .numBatches(1)
            .elapsedNs(1)
            .numBytes(1)
            .build());
    return watching;
  }

  /// Everybody has fetched from the leader, and holds a connection to it.
  @BeforeEach
  void settle() {
    stage.world().runFor(3 * SECOND);
  }

  @Test
  void aDeadLeaderIsReplacedAtOnce() {
    int epoch = leader.leader().epoch();
    stage.kill(leader);
    stage.world().runFor(AT_ONCE);

    assertThat(stage.awaitLeader().leader().epoch()).isEqualTo(epoch + 1);
    stage.world().runFor(10 * SECOND);
    assertThat(stage.awaitLeader().leader().epoch()).isEqualTo(epoch + 1);
  }

  @Test
  void oneDeathAfterTheOtherIsNoticed() {
    for (int round = 0; round < 5; round++) {
      int epoch = leader.leader().epoch();
      RaftStage.Voter dead = leader;
      stage.kill(dead);
      stage.world().runFor(AT_ONCE);
      leader = stage.awaitLeader();
      assertThat(leader.leader().epoch()).isEqualTo(epoch + 1);
      stage.start(dead.id());
      stage.world().runFor(5 * SECOND);
    }
  }

  @Test
  void aConnectionThatBreaksIsNoDeath() {
    for (int i = 0; i < 20; i++) {
      for (int id = 1; id <= 3; id++) {
        if (id != leader.id()) {
          stage.world().network().reset(RaftStage.name(leader.id()), RaftStage.name(id));
        }
      }
      stage.world().runFor(SECOND / 2);
    }
    leaderHasStayed();
  }

  @Test
  void aCableThatIsPulledIsNoDeath() {
    RaftStage.Voter follower = stage.voter(leader.id() % 3 + 1);
    stage.world().network().cut(RaftStage.name(leader.id()), RaftStage.name(follower.id()));
    stage.world().runFor(SECOND);
    stage.world().network().heal();
    stage.world().runFor(3 * SECOND);

    leaderHasStayed();
  }

  @Test
  void whoHasStoppedAccusesNobody() {
    List.copyOf(evidence.values()).forEach(LeaderEvidence::stop);
    stage.world().runFor(AT_ONCE);
    stage.kill(leader);
    stage.world().runFor(SECOND);

    for (int id = 1; id <= 3; id++) {
      if (id != leader.id()) {
        assertThat(stage.voter(id).leads()).isFalse();
      }
    }
  }

  private void leaderHasStayed() {
    assertThat(leader.raft().client().leaderAndEpoch()).isEqualTo(leader.leader());
    assertThat(leader.leads()).isTrue();
  }
}
