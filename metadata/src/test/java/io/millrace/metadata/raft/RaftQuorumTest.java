package io.millrace.metadata.raft;

import static io.millrace.metadata.raft.RaftStage.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Three voters that talk through [RaftChannel] over the virtual network.
class RaftQuorumTest {

  @Test
  void agreesOnALeaderAndWhatItAppends() {
    RaftStage stage = new RaftStage(1, 3);
    stage.startAll();
    RaftStage.Voter leader = stage.awaitLeader();
    List<String> names = append(leader, stage, "t", 20);

    stage.awaitCommitted(names);
  }

  @Test
  void goesOnWithoutItsLeaderAndTakesItBack() {
    RaftStage stage = new RaftStage(2, 3);
    stage.startAll();
    RaftStage.Voter first = stage.awaitLeader();
    List<String> names = append(first, stage, "before", 10);
    stage.awaitCommitted(names);
    stage.kill(first);

    RaftStage.Voter second = stage.awaitLeader();
    assertThat(second.id).isNotEqualTo(first.id);
    names.addAll(append(second, stage, "after", 10));
    stage.awaitCommitted(names);
    stage.start(first.id);
    stage.awaitCommitted(names);
  }

  @Test
  void keepsCommittedDataWhenEveryMachineLosesItsPower() {
    for (long seed = 1; seed <= 2; seed++) {
      RaftStage stage = new RaftStage(seed, 3);
      stage.startAll();
      RaftStage.Voter leader = stage.awaitLeader();
      append(leader, stage, "t", 30);
      List<String> seen = List.copyOf(leader.committed);
      for (int id = 1; id <= 3; id++) {
        stage.powerOff(stage.voter(id));
      }
      stage.startAll();
      RaftStage.Voter next = stage.awaitLeader();

      assertThat(next.committed).startsWith(seen.toArray(new String[0]));
    }
  }

  @Test
  void doesNotElectWithoutAMajority() {
    RaftStage stage = new RaftStage(3, 3);
    stage.startAll();
    RaftStage.Voter leader = stage.awaitLeader();
    for (int id = 1; id <= 3; id++) {
      if (id != leader.id) {
        stage.kill(stage.voter(id));
      }
    }
    stage.world().runFor(30 * SECOND);

    assertThat(leader.raft.client().leaderAndEpoch().isLeader(leader.id)).isFalse();
  }

  /// Kafka's client asks to be polled again at once for as long as an observer reaches nobody.
  @Test
  void anObserverThatReachesNobodyRests() {
    RaftStage stage = new RaftStage(4, 3);
    stage.startAll();
    RaftStage.Voter leader = stage.awaitLeader();
    stage.start(4);
    append(leader, stage, "t", 5);
    stage.world().runFor(SECOND);
    assertThat(stage.voter(4).committed).isEqualTo(leader.committed);
    for (int id = 1; id <= 3; id++) {
      stage.powerOff(stage.voter(id));
    }
    stage.world().runFor(5 * SECOND);
    long before = stage.world().trace().entries();
    stage.world().runFor(10 * SECOND);

    assertThat(stage.world().trace().entries() - before).as("events in 10 s").isLessThan(10_000);
  }

  /// Kafka's client asks again a round trip after each answer.
  @Test
  void asksForALeaderNowAndThenWhileThereIsNone() {
    RaftStage stage = new RaftStage(4, 3);
    stage.startAll();
    RaftStage.Voter leader = stage.awaitLeader();
    stage.kill(leader);
    stage.kill(stage.voter(leader.id % 3 + 1));
    stage.world().runFor(5 * SECOND);
    long before = stage.world().trace().entries();
    stage.world().runFor(10 * SECOND);

    assertThat((stage.world().trace().entries() - before) / 10).isLessThan(1_500);
  }

  private static List<String> append(
      RaftStage.Voter leader, RaftStage stage, String prefix, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(prefix + i);
      leader.append(names.getLast());
      stage.world().runFor(SECOND / 100);
    }
    return names;
  }
}
