package io.millrace.metadata.raft;

import static io.millrace.metadata.raft.RaftStage.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Voters among peers that lie: about epochs, leaders, candidates, endpoints and logs. They may
/// lose their leader by that, again and again; none fails, every request is answered once, and when
/// the liars are silent the quorum elects a leader and commits.
///
/// `-Dfuzz.seconds` (profile `fuzz-long`) says how long fresh seeds are tried.
class LyingPeersFuzzTest {

  private static final long MS = SECOND / 1000;
  private static final int LIES = 200;

  private int asked;
  private int answered;

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aLoneVoterOutlivesThem(long seed) {
    outlives(seed, 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aQuorumOfThreeOutlivesThem(long seed) {
    outlives(seed, 3);
  }

  /// One of three answers untruly, as leader and as follower, while leaders come and go.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aQuorumOutlivesFalseAnswers(long seed) {
    outlivesAnswers(seed);
  }

  private void outlivesAnswers(long seed) {
    Random random = new Random(seed);
    FalseAnswers lies = new FalseAnswers(random, 3);
    RaftStage stage = new RaftStage(seed, 3).answering(3, lies);
    stage.startAll();
    for (int i = 0; i < 30; i++) {
      stage.world().runFor(random.nextInt(4_000) * MS);
      for (int id = 1; id <= 3; id++) {
        assertThat(stage.voter(id).faults).as("%s", id).isEmpty();
      }
      RaftStage.Voter any = stage.voter(1 + random.nextInt(3));
      stage.kill(any);
      stage.world().runFor(random.nextInt(1_000) * MS);
      stage.start(any.id);
    }
    lies.endLies();
    stage.world().runFor(60 * SECOND);
    assertThat(lies.told).isGreaterThan(30);
    RaftStage.Voter leader = stage.awaitLeader();
    leader.append("after all");
    stage.awaitCommitted(List.of("after all"));
  }

  @Test
  @Tag("long")
  void quorumsOutliveThemForLong() {
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    System.out.println("LyingPeersFuzzTest: -Dfuzz.seed=" + seed);
    long end = System.nanoTime() + Long.getLong("fuzz.seconds", 2) * 1_000_000_000L;
    while (System.nanoTime() < end) {
      try {
        outlives(seed, seed % 2 == 0 ? 1 : 3);
        outlivesAnswers(seed);
      } catch (Throwable t) {
        throw new AssertionError("fuzz.seed=" + seed, t);
      }
      seed++;
    }
  }

  private void outlives(long seed, int voters) {
    asked = 0;
    answered = 0;
    RaftStage stage = new RaftStage(seed, voters);
    stage.startAll();
    stage.awaitLeader();
    Random random = new Random(seed);
    Lies lies = new Lies(random, voters);
    for (int i = 0; i < LIES; i++) {
      RaftStage.Voter victim = stage.voter(1 + random.nextInt(voters));
      ApiMessage lie = lies.next(victim.raft.client().leaderAndEpoch().epoch());
      tell(victim, lie);
      stage.world().runFor(random.nextInt(20) * MS);
      for (int id = 1; id <= voters; id++) {
        assertThat(stage.voter(id).faults).as("%s after %s", id, lie).isEmpty();
      }
    }
    stage.world().runFor(60 * SECOND);
    assertThat(answered).isEqualTo(asked);
    RaftStage.Voter leader = stage.awaitLeader();
    leader.append("after all");
    stage.awaitCommitted(List.of("after all"));
  }

  private void tell(RaftStage.Voter victim, ApiMessage lie) {
    ApiKeys api = ApiKeys.forId(lie.apiKey());
    asked++;
    victim.raft.handle(
        ListenerName.normalised("CONTROLLER"),
        new RequestHeaderData()
            .setRequestApiKey(api.id)
            .setRequestApiVersion(api.latestVersion())
            .setCorrelationId(asked),
        lie,
        answer -> {
          // Whatever is answered can be written.
          answer.size(new ObjectSerializationCache(), api.latestVersion());
          answered++;
        });
  }
}
