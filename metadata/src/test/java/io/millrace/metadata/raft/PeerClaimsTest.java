package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.raft.ReplicaKey;
import org.junit.jupiter.api.Test;

/// Node 1 of the voters 1, 2 and 3, in epoch 7 unless said otherwise.
class PeerClaimsTest {

  private static final String CLUSTER = "cluster";

  private final FakeQuorum quorum = new FakeQuorum();
  private final PeerClaims claims = new PeerClaims(1, CLUSTER, quorum);

  @Test
  void anElectionMayBeWonByTheOthers() {
    assertThat(claims.objectionTo(vote(2, 8))).isNull();
    assertThat(claims.objectionTo(begin(2, 8))).isNull();
    assertThat(claims.objectionToAnswer(answer(2, 8))).isNull();
  }

  @Test
  void nobodyElseSaysWhatThisNodeDoes() {
    assertThat(claims.objectionTo(vote(1, 8))).contains("vote for itself");
    assertThat(claims.objectionTo(begin(1, 8))).contains("leads itself");
    assertThat(claims.objectionToAnswer(answer(1, 7))).contains("does not lead");
    quorum.leaderId = OptionalInt.of(1);
    assertThat(claims.objectionToAnswer(answer(1, 7))).isNull();
    assertThat(claims.objectionToAnswer(answer(1, 8))).contains("does not lead in epoch 8");
  }

  @Test
  void anEpochHasOneLeader() {
    quorum.leaderId = OptionalInt.of(2);
    assertThat(claims.objectionTo(begin(3, 7))).contains("is led by 2, not 3");
    assertThat(claims.objectionToAnswer(answer(3, 7))).contains("is led by 2, not 3");
    assertThat(claims.isContradiction(answer(3, 7))).isTrue();
    assertThat(claims.isContradiction(answer(2, 7))).isFalse();
    assertThat(claims.isContradiction(answer(3, 6))).isFalse();
    assertThat(claims.isContradiction(answer(-1, 7))).isFalse();
  }

  @Test
  void aLeaderCanBeReached() {
    assertThat(claims.objectionTo(begin(9, 8))).contains("no endpoint for CONTROLLER");
    assertThat(claims.objectionTo(begin(9, 8, "controller"))).isNull();
    assertThat(claims.objectionTo(begin(2, 8, "BROKER"))).contains("no endpoint for CONTROLLER");
    assertThat(claims.objectionToAnswer(answer(9, 8))).contains("no endpoint");
  }

  @Test
  void noRequestUsesUpTheEpochs() {
    assertThat(claims.objectionTo(vote(2, Integer.MAX_VALUE))).contains("too far from 7");
    assertThat(claims.objectionTo(begin(2, Integer.MAX_VALUE))).contains("too far from 7");

    quorum.epoch = 7 + PeerClaims.EPOCHS_AT_ONCE;
    assertThat(claims.objectionTo(vote(2, quorum.epoch + PeerClaims.EPOCHS_AT_ONCE))).isNull();
    quorum.epoch += PeerClaims.EPOCHS_AT_ONCE;
    assertThat(claims.objectionTo(vote(2, quorum.epoch + 1))).contains("too far");
    quorum.nowMs += 10;
    assertThat(claims.objectionTo(vote(2, quorum.epoch + 11))).contains("too far");
    assertThat(claims.objectionTo(vote(2, quorum.epoch + 10))).isNull();
  }

  @Test
  void aLeaderDoesNotRememberEverybody() {
    for (int id = 10; id < 10 + PeerClaims.MOST_OBSERVERS; id++) {
      assertThat(claims.objectionTo(fetch(id))).isNull();
      quorum.known.add(ReplicaKey.of(id, Uuid.ZERO_UUID));
    }
    assertThat(claims.objectionTo(fetch(10))).isNull();
    assertThat(claims.objectionTo(fetch(9))).contains("observers");
  }

  @Test
  void theClientAnswersOtherClusters() {
    assertThat(claims.objectionTo(vote(1, 8).setClusterId("other"))).isNull();
  }

  private static VoteRequestData vote(int candidate, int epoch) {
    return new VoteRequestData()
        .setClusterId(CLUSTER)
        .setTopics(
            List.of(
                new VoteRequestData.TopicData()
                    .setPartitions(
                        List.of(
                            new VoteRequestData.PartitionData()
                                .setReplicaId(candidate)
                                .setReplicaEpoch(epoch)))));
  }

  private static BeginQuorumEpochRequestData begin(int leader, int epoch, String... listeners) {
    BeginQuorumEpochRequestData request =
        new BeginQuorumEpochRequestData()
            .setTopics(
                List.of(
                    new BeginQuorumEpochRequestData.TopicData()
                        .setPartitions(
                            List.of(
                                new BeginQuorumEpochRequestData.PartitionData()
                                    .setLeaderId(leader)
                                    .setLeaderEpoch(epoch)))));
    for (String listener : listeners) {
      request
          .leaderEndpoints()
          .add(new BeginQuorumEpochRequestData.LeaderEndpoint().setName(listener));
    }
    return request;
  }

  private static FetchRequestData fetch(int replica) {
    return new FetchRequestData()
        .setReplicaState(new FetchRequestData.ReplicaState().setReplicaId(replica))
        .setTopics(
            List.of(
                new FetchRequestData.FetchTopic()
                    .setPartitions(List.of(new FetchRequestData.FetchPartition()))));
  }

  private static FetchResponseData answer(int leader, int epoch) {
    FetchResponseData.PartitionData partition = new FetchResponseData.PartitionData();
    partition.currentLeader().setLeaderId(leader).setLeaderEpoch(epoch);
    return new FetchResponseData()
        .setResponses(
            List.of(
                new FetchResponseData.FetchableTopicResponse().setPartitions(List.of(partition))));
  }

  private static final class FakeQuorum implements PeerClaims.Quorum {
    private int epoch = 7;
    private long nowMs;
    private OptionalInt leaderId = OptionalInt.empty();
    private final Set<ReplicaKey> known = new HashSet<>();

    @Override
    public int epoch() {
      return epoch;
    }

    @Override
    public OptionalInt leaderId() {
      return leaderId;
    }

    @Override
    public boolean reachesVoter(int id) {
      return id >= 1 && id <= 3;
    }

    @Override
    public String listener() {
      return "CONTROLLER";
    }

    @Override
    public boolean remembers(ReplicaKey replica) {
      return known.contains(replica);
    }

    @Override
    public int observers() {
      return known.size();
    }

    @Override
    public long nowMs() {
      return nowMs;
    }
  }
}
