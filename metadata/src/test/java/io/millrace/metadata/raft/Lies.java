package io.millrace.metadata.raft;

import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.UpdateRaftVoterRequestData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.protocol.ApiMessage;

/// Requests of the quorum that are well formed and untrue. Most speak of the right partition, of an
/// epoch near the true one, and of nodes that are voters, are none, or are the victim itself.
final class Lies {

  private static final String TOPIC = "__cluster_metadata";
  private static final List<String> LISTENERS = List.of("CONTROLLER", "controller", "OTHER", "");

  private final RandomGenerator random;
  private final int voters;
  private int epoch;

  Lies(RandomGenerator random, int voters) {
    this.random = random;
    this.voters = voters;
  }

  /// @param trueEpoch the epoch that the victim is in
  ApiMessage next(int trueEpoch) {
    epoch = trueEpoch;
    return switch (random.nextInt(14)) {
      case 0, 1, 2 -> vote();
      case 3, 4, 5 -> begin();
      case 6, 7 -> end();
      case 8, 9 -> fetch();
      case 10 -> fetchSnapshot();
      case 11 -> add();
      case 12 -> random.nextBoolean() ? remove() : update();
      default -> describe();
    };
  }

  private int epoch() {
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> epoch;
      case 4, 5, 6 -> epoch + 1;
      case 7 -> epoch - 1;
      case 8 -> epoch + 1 + random.nextInt(1000);
      case 9 -> Integer.MAX_VALUE;
      case 10 -> Integer.MAX_VALUE - 1;
      default -> random.nextInt();
    };
  }

  private int node() {
    return switch (random.nextInt(8)) {
      case 0 -> -1;
      case 1 -> 99;
      case 2 -> random.nextInt();
      default -> 1 + random.nextInt(voters);
    };
  }

  private long offset() {
    return switch (random.nextInt(6)) {
      case 0 -> -1;
      case 1 -> Long.MAX_VALUE;
      case 2 -> random.nextLong();
      default -> random.nextInt(20);
    };
  }

  /// Never that of a voter: who knows it is believed.
  private Uuid directory() {
    return new Uuid(5, random.nextInt(4));
  }

  private Uuid directoryOrNone() {
    return random.nextBoolean() ? Uuid.ZERO_UUID : directory();
  }

  private String topic() {
    return random.nextInt(16) == 0 ? "orders" : TOPIC;
  }

  private int partition() {
    return random.nextInt(16) == 0 ? 1 : 0;
  }

  private String listener() {
    return LISTENERS.get(random.nextInt(LISTENERS.size()));
  }

  private ApiMessage vote() {
    return new VoteRequestData()
        .setVoterId(node())
        .setTopics(
            List.of(
                new VoteRequestData.TopicData()
                    .setTopicName(topic())
                    .setPartitions(
                        List.of(
                            new VoteRequestData.PartitionData()
                                .setPartitionIndex(partition())
                                .setReplicaEpoch(epoch())
                                .setReplicaId(node())
                                .setReplicaDirectoryId(directoryOrNone())
                                .setVoterDirectoryId(directoryOrNone())
                                .setLastOffsetEpoch(random.nextInt(4) == 0 ? epoch() : 1)
                                .setLastOffset(offset())
                                .setPreVote(random.nextBoolean())))));
  }

  private ApiMessage begin() {
    BeginQuorumEpochRequestData request =
        new BeginQuorumEpochRequestData()
            .setVoterId(node())
            .setTopics(
                List.of(
                    new BeginQuorumEpochRequestData.TopicData()
                        .setTopicName(topic())
                        .setPartitions(
                            List.of(
                                new BeginQuorumEpochRequestData.PartitionData()
                                    .setPartitionIndex(partition())
                                    .setVoterDirectoryId(directoryOrNone())
                                    .setLeaderId(node())
                                    .setLeaderEpoch(epoch())))));
    for (int n = random.nextInt(3); n > 0; n--) {
      request
          .leaderEndpoints()
          .add(
              new BeginQuorumEpochRequestData.LeaderEndpoint()
                  .setName(listener())
                  .setHost("nowhere")
                  .setPort(random.nextInt(1 << 16)));
    }
    return request;
  }

  private ApiMessage end() {
    EndQuorumEpochRequestData request =
        new EndQuorumEpochRequestData()
            .setTopics(
                List.of(
                    new EndQuorumEpochRequestData.TopicData()
                        .setTopicName(topic())
                        .setPartitions(
                            List.of(
                                new EndQuorumEpochRequestData.PartitionData()
                                    .setPartitionIndex(partition())
                                    .setLeaderId(node())
                                    .setLeaderEpoch(epoch())
                                    .setPreferredSuccessors(List.of(node(), node()))
                                    .setPreferredCandidates(
                                        List.of(
                                            new EndQuorumEpochRequestData.ReplicaInfo()
                                                .setCandidateId(node())
                                                .setCandidateDirectoryId(directoryOrNone())))))));
    for (int n = random.nextInt(3); n > 0; n--) {
      request
          .leaderEndpoints()
          .add(
              new EndQuorumEpochRequestData.LeaderEndpoint()
                  .setName(listener())
                  .setHost("nowhere")
                  .setPort(random.nextInt(1 << 16)));
    }
    return request;
  }

  private ApiMessage fetch() {
    int said = epoch();
    return new FetchRequestData()
        .setReplicaState(new FetchRequestData.ReplicaState().setReplicaId(node()))
        .setMaxWaitMs(random.nextInt(1_000) - 10)
        .setMaxBytes(random.nextInt(4) == 0 ? Integer.MAX_VALUE : random.nextInt())
        .setTopics(
            List.of(
                new FetchRequestData.FetchTopic()
                    .setTopicId(random.nextInt(16) == 0 ? Uuid.ONE_UUID : Uuid.METADATA_TOPIC_ID)
                    .setPartitions(
                        List.of(
                            new FetchRequestData.FetchPartition()
                                .setPartition(partition())
                                .setReplicaDirectoryId(directory())
                                .setCurrentLeaderEpoch(said)
                                .setFetchOffset(offset())
                                .setLastFetchedEpoch(random.nextInt(3) == 0 ? epoch() : said)
                                .setHighWatermark(offset())))));
  }

  private ApiMessage fetchSnapshot() {
    FetchSnapshotRequestData request =
        new FetchSnapshotRequestData().setReplicaId(node()).setMaxBytes(random.nextInt());
    for (int n = random.nextInt(8) == 0 ? 0 : 1; n > 0; n--) {
      request
          .topics()
          .add(
              new FetchSnapshotRequestData.TopicSnapshot()
                  .setName(topic())
                  .setPartitions(
                      random.nextInt(8) == 0
                          ? List.of()
                          : List.of(
                              new FetchSnapshotRequestData.PartitionSnapshot()
                                  .setPartition(partition())
                                  .setCurrentLeaderEpoch(epoch())
                                  .setReplicaDirectoryId(directory())
                                  .setPosition(offset())
                                  .setSnapshotId(
                                      new FetchSnapshotRequestData.SnapshotId()
                                          .setEpoch(random.nextInt(2))
                                          .setEndOffset(random.nextInt(2))))));
    }
    return request;
  }

  private ApiMessage add() {
    AddRaftVoterRequestData request =
        new AddRaftVoterRequestData()
            .setTimeoutMs(random.nextInt(1_000))
            .setVoterId(node())
            .setVoterDirectoryId(directoryOrNone())
            .setAckWhenCommitted(random.nextBoolean());
    request
        .listeners()
        .add(
            new AddRaftVoterRequestData.Listener()
                .setName(listener())
                .setHost("nowhere")
                .setPort(random.nextInt(1 << 16)));
    return request;
  }

  private ApiMessage remove() {
    return new RemoveRaftVoterRequestData()
        .setVoterId(node())
        .setVoterDirectoryId(directoryOrNone());
  }

  private ApiMessage update() {
    UpdateRaftVoterRequestData request =
        new UpdateRaftVoterRequestData()
            .setCurrentLeaderEpoch(epoch())
            .setVoterId(node())
            .setVoterDirectoryId(directoryOrNone())
            .setKRaftVersionFeature(
                new UpdateRaftVoterRequestData.KRaftVersionFeature()
                    .setMinSupportedVersion((short) random.nextInt(-1, 2))
                    .setMaxSupportedVersion((short) random.nextInt(-1, 3)));
    request
        .listeners()
        .add(
            new UpdateRaftVoterRequestData.Listener()
                .setName(listener())
                .setHost("nowhere")
                .setPort(random.nextInt(1 << 16)));
    return request;
  }

  private ApiMessage describe() {
    return new DescribeQuorumRequestData()
        .setTopics(
            List.of(
                new DescribeQuorumRequestData.TopicData()
                    .setTopicName(topic())
                    .setPartitions(
                        List.of(
                            new DescribeQuorumRequestData.PartitionData()
                                .setPartitionIndex(partition())))));
  }
}
