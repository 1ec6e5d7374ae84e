package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.BeginQuorumEpochResponseData;
import org.apache.kafka.common.message.EndQuorumEpochResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.UpdateRaftVoterResponseData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.message.VoteResponseData;
import org.apache.kafka.common.protocol.Errors;
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
    assertThat(claims.objectionToAnswer(answer(2, 8), 2)).isNull();
  }

  @Test
  void nobodyElseSaysWhatThisNodeDoes() {
    assertThat(claims.objectionTo(vote(1, 8))).contains("vote for itself");
    assertThat(claims.objectionTo(begin(1, 8))).contains("leads itself");
    assertThat(claims.objectionToAnswer(answer(1, 7), 2)).contains("does not lead");
    quorum.leaderId = OptionalInt.of(1);
    assertThat(claims.objectionToAnswer(answer(1, 7), 2)).isNull();
    assertThat(claims.objectionToAnswer(answer(1, 8), 2)).contains("does not lead in epoch 8");
  }

  @Test
  void anEpochHasOneLeader() {
    quorum.leaderId = OptionalInt.of(2);
    assertThat(claims.objectionTo(begin(3, 7))).contains("is led by 2, not 3");
    assertThat(claims.objectionToAnswer(answer(3, 7), 2)).contains("is led by 2, not 3");
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
    assertThat(claims.objectionToAnswer(answer(9, 8), 2)).contains("no endpoint");
  }

  /// The client would fail for good, and so would every node that asks the same peer.
  @Test
  void noRefusalEndsANode() {
    for (Errors error : List.of(Errors.INVALID_REQUEST, Errors.CLUSTER_AUTHORIZATION_FAILED)) {
      assertThat(claims.objectionToAnswer(answer(2, 7, error), 2)).contains(error.name());
      assertThat(claims.objectionToAnswer(new VoteResponseData().setErrorCode(error.code()), 2))
          .contains(error.name());
    }
    UpdateRaftVoterResponseData update =
        new UpdateRaftVoterResponseData().setErrorCode(Errors.INVALID_REQUEST.code());
    assertThat(claims.objectionToAnswer(update, 2)).contains("INVALID_REQUEST");
  }

  /// Those of the epoch that it has led are told its own name.
  @Test
  void aLeaderThatHasResignedIsTold() {
    quorum.leaderId = OptionalInt.of(1);
    assertThat(claims.objectionToAnswer(ended(1, 7, Errors.NONE), 2)).isNull();
    assertThat(claims.objectionToAnswer(ended(2, 8, Errors.FENCED_LEADER_EPOCH), 2)).isNull();
    assertThat(claims.objectionToAnswer(ended(-1, 8, Errors.FENCED_LEADER_EPOCH), 2)).isNull();
    assertThat(claims.objectionToAnswer(ended(1, 6, Errors.UNKNOWN_LEADER_EPOCH), 2)).isNull();
    assertThat(claims.objectionToAnswer(ended(1, 7, Errors.FENCED_LEADER_EPOCH), 2))
        .contains("and that this node leads");
    assertThat(claims.objectionToAnswer(ended(2, 7, Errors.NONE), 2)).contains("is led by 1");
  }

  /// A voter may be taken out while it answers its leader.
  @Test
  void onlyVotersAcknowledgeALeader() {
    quorum.leaderId = OptionalInt.of(1);
    assertThat(claims.objectionToAnswer(begun(1, 7), 3)).isNull();
    assertThat(claims.objectionToAnswer(begun(1, 7), 4)).contains("no voter any more");
    assertThat(claims.objectionToAnswer(begun(2, 8), 4)).isNull();
  }

  @Test
  void whoFollowsNobodyHearsOfLeadersOnly() {
    Errors fault = Errors.UNKNOWN_SERVER_ERROR;
    assertThat(claims.objectionToAnswer(answer(2, 7, fault), 2)).isNull();
    assertThat(claims.objectionToAnswer(answer(-1, 7, fault), 2)).contains("follows nobody");
    assertThat(claims.objectionToAnswer(answer(-1, 7, Errors.NOT_LEADER_OR_FOLLOWER), 2)).isNull();
    quorum.leaderId = OptionalInt.of(2);
    assertThat(claims.objectionToAnswer(answer(2, 7), 2)).isNull();
    assertThat(claims.objectionToAnswer(answer(2, 7, fault), 2)).contains("follows nobody");
    quorum.follows = true;
    assertThat(claims.objectionToAnswer(answer(2, 7, fault), 2)).isNull();
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

  private static BeginQuorumEpochResponseData begun(int leader, int epoch) {
    return new BeginQuorumEpochResponseData()
        .setTopics(
            List.of(
                new BeginQuorumEpochResponseData.TopicData()
                    .setPartitions(
                        List.of(
                            new BeginQuorumEpochResponseData.PartitionData()
                                .setLeaderId(leader)
                                .setLeaderEpoch(epoch)))));
  }

  private static EndQuorumEpochResponseData ended(int leader, int epoch, Errors error) {
    return new EndQuorumEpochResponseData()
        .setTopics(
            List.of(
                new EndQuorumEpochResponseData.TopicData()
                    .setPartitions(
                        List.of(
                            new EndQuorumEpochResponseData.PartitionData()
                                .setErrorCode(error.code())
                                .setLeaderId(leader)
                                .setLeaderEpoch(epoch)))));
  }

  private static FetchResponseData answer(int leader, int epoch) {
    return answer(leader, epoch, Errors.NONE);
  }

  private static FetchResponseData answer(int leader, int epoch, Errors error) {
    FetchResponseData.PartitionData partition =
        new FetchResponseData.PartitionData().setErrorCode(error.code());
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
    private boolean follows;
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
    public boolean follows() {
      return follows;
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
