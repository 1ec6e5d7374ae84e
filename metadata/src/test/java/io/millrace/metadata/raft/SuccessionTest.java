package io.millrace.metadata.raft;

import static io.millrace.metadata.raft.RaftStage.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What voters do that learn of their leader's death. Without being told they would wait for the
/// fetch timeout of two seconds.
class SuccessionTest {

  private static final long MS = SECOND / 1000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void oneVoteIsEnoughWhereBothOthersKnow(long seed) {
    RaftStage stage = new RaftStage(seed, 3);
    stage.startAll();
    RaftStage.Voter dead = awaitSettledLeader(stage);
    stage.kill(dead);
    List<RaftStage.Voter> others = others(stage, dead, 3);
    others.forEach(voter -> tell(voter, dead, others));

    RaftStage.Voter next = awaitLeaderFor(stage, 100 * MS);
    assertThat(next).isSameAs(others.getFirst());
    assertThat(next.leader.epoch()).isEqualTo(dead.leader.epoch() + 1);
  }

  /// The kernel closes all connections of a dead process at once; a busy machine notices when it
  /// can.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theFirstIsWaitedForByOneThatKnowsEarlier(long seed) {
    RaftStage stage = new RaftStage(seed, 3);
    stage.startAll();
    RaftStage.Voter dead = awaitSettledLeader(stage);
    stage.kill(dead);
    List<RaftStage.Voter> others = others(stage, dead, 3);
    tell(others.get(1), dead, others);
    stage.world().runFor(60 * MS);
    tell(others.getFirst(), dead, others);

    RaftStage.Voter next = awaitLeaderFor(stage, 100 * MS);
    assertThat(next).isSameAs(others.getFirst());
    assertThat(next.leader.epoch()).isEqualTo(dead.leader.epoch() + 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theFirstsPreVoteWaitsForOneThatKnowsLater(long seed) {
    RaftStage stage = new RaftStage(seed, 3);
    stage.startAll();
    RaftStage.Voter dead = awaitSettledLeader(stage);
    stage.kill(dead);
    List<RaftStage.Voter> others = others(stage, dead, 3);
    tell(others.getFirst(), dead, others);
    stage.world().runFor(60 * MS);
    assertThat(others.getFirst().leads()).isFalse();
    tell(others.get(1), dead, others);

    RaftStage.Voter next = awaitLeaderFor(stage, 100 * MS);
    assertThat(next).isSameAs(others.getFirst());
    assertThat(next.leader.epoch()).isEqualTo(dead.leader.epoch() + 1);
  }

  /// Only the second has all that was committed: it must not give its vote, and needs no timeout to
  /// stand itself.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theSecondStandsWhereTheFirstLacksRecords(long seed) {
    RaftStage stage = new RaftStage(seed, 3);
    stage.startAll();
    RaftStage.Voter dead = awaitSettledLeader(stage);
    List<RaftStage.Voter> others = others(stage, dead, 3);
    stage.world().network().cut(dead.node.name(), others.getFirst().node.name());
    dead.append("committed");
    stage
        .world()
        .runUntil(
            () -> dead.committed.contains("committed") && others.get(1).committed.size() == 1,
            SECOND);
    stage.kill(dead);
    stage.world().network().heal();
    others.forEach(voter -> tell(voter, dead, others));

    RaftStage.Voter next = awaitLeaderFor(stage, 100 * MS);
    assertThat(next).isSameAs(others.get(1));
    stage.awaitCommitted(List.of("committed"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void ofFiveTheNextStandsWhereTheFirstIsDeadToo(long seed) {
    RaftStage stage = new RaftStage(seed, 5);
    stage.startAll();
    RaftStage.Voter dead = awaitSettledLeader(stage);
    List<RaftStage.Voter> others = others(stage, dead, 5);
    stage.kill(dead);
    stage.kill(others.getFirst());
    others.stream().skip(1).forEach(voter -> tell(voter, dead, others));

    RaftStage.Voter next = awaitLeaderFor(stage, SECOND);
    assertThat(next.leader.epoch()).isEqualTo(dead.leader.epoch() + 1);
  }

  /// One voter alone is wrong about its leader: the others keep it.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aLeaderThatOnlyOneMissesStays(long seed) {
    RaftStage stage = new RaftStage(seed, 3);
    stage.startAll();
    RaftStage.Voter leader = awaitSettledLeader(stage);
    List<RaftStage.Voter> others = others(stage, leader, 3);
    tell(others.getFirst(), leader, others);
    stage.world().runFor(10 * SECOND);

    assertThat(leader.leads()).isTrue();
    assertThat(leader.raft.client().leaderAndEpoch()).isEqualTo(leader.leader);
    leader.append("still here");
    stage.awaitCommitted(List.of("still here"));
  }

  /// A leader that everybody has fetched from.
  private static RaftStage.Voter awaitSettledLeader(RaftStage stage) {
    RaftStage.Voter leader = stage.awaitLeader();
    stage.world().runFor(3 * SECOND);
    return leader;
  }

  private static List<RaftStage.Voter> others(RaftStage stage, RaftStage.Voter but, int voters) {
    List<RaftStage.Voter> others = new ArrayList<>();
    for (int id = 1; id <= voters; id++) {
      if (id != but.id) {
        others.add(stage.voter(id));
      }
    }
    others.sort(Comparator.comparingInt(voter -> voter.id));
    return others;
  }

  private static void tell(
      RaftStage.Voter voter, RaftStage.Voter dead, List<RaftStage.Voter> successors) {
    voter.raft.leaderHasDied(
        dead.id, dead.leader.epoch(), successors.stream().map(each -> each.id).toList());
  }

  private static RaftStage.Voter awaitLeaderFor(RaftStage stage, long nanos) {
    long before = stage.world().nanos();
    RaftStage.Voter leader = stage.awaitLeader();
    assertThat(stage.world().nanos() - before).isLessThan(nanos);
    return leader;
  }
}
