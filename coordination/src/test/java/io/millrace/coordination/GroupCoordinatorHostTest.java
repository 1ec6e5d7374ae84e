package io.millrace.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

final class GroupCoordinatorHostTest {
  private final TestCluster cluster = new TestCluster();
  private final GroupClient client = new GroupClient(cluster);

  @Test
  void classicGroupJoinsSyncsCommitsAndLeaves() {
    cluster.start();
    JoinGroupResponseData first = client.now(client.join("readers", ""));
    assertThat(Errors.forCode(first.errorCode())).isEqualTo(Errors.MEMBER_ID_REQUIRED);

    CompletableFuture<JoinGroupResponseData> joining = client.join("readers", first.memberId());
    cluster.advance(2_000);
    assertThat(joining).as("the initial rebalance waits for others").isNotDone();
    cluster.advance(1_000);
    JoinGroupResponseData joined = client.now(joining);
    assertThat(joined.generationId()).isEqualTo(1);
    assertThat(joined.leader()).isEqualTo(first.memberId());

    String member = first.memberId();
    assertThat(client.sync("readers", member, 1, Map.of(member, new byte[] {1})))
        .isEqualTo(Errors.NONE);
    assertThat(client.heartbeat("readers", member, 1)).isEqualTo(Errors.NONE);
    assertThat(client.now(client.commit("readers", member, 1, 0, 42))).isEqualTo(Errors.NONE);
    assertThat(client.committed("readers")).containsExactlyEntriesOf(Map.of(0, 42L));
    assertThat(client.groups()).containsExactly("readers classic Stable");

    assertThat(client.leave("readers", member)).isEqualTo(Errors.NONE);
    assertThat(client.groups()).containsExactly("readers classic Empty");
  }

  @Test
  void consumerGroupConverges() {
    cluster.start();
    String anna = GroupClient.memberId(1);
    String bert = GroupClient.memberId(2);
    ConsumerGroupHeartbeatResponseData a = beat("modern", anna, 0, List.of());
    assertThat(partitions(a)).hasSize(9);
    List<ConsumerGroupHeartbeatRequestData.TopicPartitions> annasOwn =
        GroupClient.owned(a.assignment());
    ConsumerGroupHeartbeatResponseData b = beat("modern", bert, 0, List.of());
    List<ConsumerGroupHeartbeatRequestData.TopicPartitions> bertsOwn = List.of();
    for (int round = 0; round < 6; round++) {
      cluster.advance(1_000);
      a = beat("modern", anna, a.memberEpoch(), annasOwn);
      annasOwn = a.assignment() == null ? annasOwn : GroupClient.owned(a.assignment());
      b = beat("modern", bert, b.memberEpoch(), bertsOwn);
      bertsOwn = b.assignment() == null ? bertsOwn : GroupClient.owned(b.assignment());
    }
    assertThat(a.memberEpoch()).isEqualTo(b.memberEpoch());
    assertThat(count(annasOwn)).isBetween(4, 5);
    assertThat(count(annasOwn) + count(bertsOwn)).isEqualTo(9);
    assertThat(client.groups()).containsExactly("modern consumer Stable");
  }

  @Test
  void clockSetBackHoldsNoAssignmentUp() {
    cluster.start();
    ConsumerGroupHeartbeatResponseData first =
        beat("modern", GroupClient.memberId(1), 0, List.of());
    cluster.node.jumpClock(-3_600_000);
    cluster.advance(1_500);
    ConsumerGroupHeartbeatResponseData second =
        beat("modern", GroupClient.memberId(2), 0, List.of());
    assertThat(second.memberEpoch()).isGreaterThan(first.memberEpoch());
  }

  @Test
  void assignmentOfAClockAheadHoldsUpNobodyAfterATakeover() {
    cluster.start();
    cluster.node.jumpClock(3_600_000);
    ConsumerGroupHeartbeatResponseData first =
        beat("modern", GroupClient.memberId(1), 0, List.of());
    cluster.stop();
    cluster.node.jumpClock(-3_600_000);
    cluster.start();
    cluster.advance(1_500);
    ConsumerGroupHeartbeatResponseData second =
        beat("modern", GroupClient.memberId(2), 0, List.of());
    assertThat(second.memberEpoch()).isGreaterThan(first.memberEpoch());
  }

  @Test
  void memberWhoseDepartureCouldNotBeStoredExpires() {
    cluster.start();
    String member = GroupClient.memberId(1);
    beat("modern", member, 0, List.of());
    for (int i = 0; i < TestCluster.OFFSETS_PARTITIONS; i++) {
      cluster.log(i).failNextAppend(Errors.NOT_ENOUGH_REPLICAS);
    }
    ConsumerGroupHeartbeatResponseData refused =
        client.now(client.consumerHeartbeat("modern", member, -1, List.of()));
    assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    assertThat(client.groups()).containsExactly("modern consumer Stable");
    cluster.advance(50_000);
    assertThat(client.groups()).containsExactly("modern consumer Empty");
  }

  @Test
  void silentMembersExpire() {
    cluster.start();
    client.joinAlone("readers");
    beat("modern", GroupClient.memberId(1), 0, List.of());
    cluster.advance(9_000);
    assertThat(client.groups()).containsExactly("modern consumer Stable", "readers classic Stable");
    cluster.advance(1_500);
    assertThat(client.groups()).containsExactly("modern consumer Stable", "readers classic Empty");
    cluster.advance(35_000);
    assertThat(client.groups()).containsExactly("modern consumer Empty", "readers classic Empty");
  }

  @Test
  void restartedCoordinatorGivesTheSameAnswers() {
    cluster.start();
    String member = client.joinAlone("readers");
    for (int i = 0; i < 50; i++) {
      client.now(client.commit("readers", member, 1, i % 3, i));
      client.now(client.commit("simple", i % 2, i));
    }
    beat("modern", GroupClient.memberId(1), 0, List.of());
    List<String> groups = List.of("readers", "simple", "modern");
    String before = client.everythingOf(groups);

    cluster.stop().start();
    cluster.advance(10);

    assertThat(client.everythingOf(groups)).isEqualTo(before);
    assertThat(client.committed("simple"))
        .containsExactlyInAnyOrderEntriesOf(Map.of(0, 48L, 1, 49L));
    cluster.advance(60_000);
    assertThat(client.groups())
        .as("timers are started again")
        .containsExactly("modern consumer Empty", "readers classic Empty", "simple classic Empty");
  }

  @Test
  void staticMemberComesBackWithoutARebalance() {
    cluster.start();
    CompletableFuture<JoinGroupResponseData> joining = client.join("fixed", "", "worker-1");
    cluster.advance(3_000);
    JoinGroupResponseData first = client.now(joining);
    assertThat(client.sync("fixed", first.memberId(), 1, Map.of(first.memberId(), new byte[] {9})))
        .isEqualTo(Errors.NONE);

    JoinGroupResponseData again = client.now(client.join("fixed", "", "worker-1"));
    assertThat(again.generationId()).isEqualTo(1);
    assertThat(again.memberId()).isNotEqualTo(first.memberId());
    assertThat(client.heartbeat("fixed", again.memberId(), 1)).isEqualTo(Errors.NONE);
    assertThat(client.heartbeat("fixed", first.memberId(), 1))
        .isIn(Errors.UNKNOWN_MEMBER_ID, Errors.FENCED_INSTANCE_ID);

    cluster.stop().start();
    assertThat(client.heartbeat("fixed", again.memberId(), 1)).isEqualTo(Errors.NONE);
  }

  @Test
  void settingsThatMayChangeDoSo() {
    cluster.start();
    assertThat(cluster.host().config().consumerGroupAssignmentIntervalMs()).isEqualTo(1_000);
    cluster.with("group.consumer.assignment.interval.ms", 0);
    assertThat(cluster.host().config().consumerGroupAssignmentIntervalMs()).isZero();
  }

  @Test
  void failedAppendIsRolledBack() {
    cluster.start();
    assertThat(client.now(client.commit("simple", 0, 7))).isEqualTo(Errors.NONE);
    cluster.logOf("simple").failNextAppend(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(client.now(client.commit("simple", 0, 8))).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(client.committed("simple")).containsExactlyEntriesOf(Map.of(0, 7L));
    assertThat(client.now(client.commit("simple", 0, 9))).isEqualTo(Errors.NONE);
    assertThat(client.committed("simple")).containsExactlyEntriesOf(Map.of(0, 9L));
  }

  @Test
  void answersOnlyWhatIsCommitted() {
    cluster.start();
    cluster.settle();
    MemoryLog log = cluster.logOf("simple");
    log.replicate(false);
    CompletableFuture<Errors> commit = client.commit("simple", 0, 7);
    cluster.advance(100);
    assertThat(commit).isNotDone();
    log.replicate(true);
    assertThat(client.now(commit)).isEqualTo(Errors.NONE);

    log.replicate(false);
    CompletableFuture<Errors> tooLate = client.commit("simple", 0, 8);
    cluster.advance(5_000);
    assertThat(client.now(tooLate))
        .as("offsets.commit.timeout.ms")
        .isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
  }

  @Test
  void commitsOfOneTickShareAnAppend() {
    cluster.start();
    cluster.settle();
    MemoryLog log = cluster.logOf("simple");
    List<CompletableFuture<Errors>> commits = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      commits.add(client.commit("simple", i % 6, i));
    }
    cluster.settle();
    assertThat(commits).allSatisfy(commit -> assertThat(commit.join()).isEqualTo(Errors.NONE));
    assertThat(log.appends()).isEqualTo(1);
  }

  @Test
  void lostPartitionAnswersNotCoordinatorUntilItReturns() {
    cluster.start();
    client.now(client.commit("simple", 0, 7));
    int partition = cluster.host().service().partitionFor("simple");
    CompletableFuture<JoinGroupResponseData> waiting =
        client.join("simple2", client.now(client.join("simple2", "")).memberId());
    int other = cluster.host().service().partitionFor("simple2");
    cluster.moveOffsetsPartition(partition, false);
    if (other != partition) {
      cluster.moveOffsetsPartition(other, false);
    }
    assertThat(Errors.forCode(client.now(waiting).errorCode())).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(client.now(client.commit("simple", 0, 8))).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(cluster.log(partition).listeners()).isZero();

    cluster.moveOffsetsPartition(partition, true);
    cluster.advance(10);
    assertThat(client.committed("simple")).containsExactlyEntriesOf(Map.of(0, 7L));
    assertThat(cluster.log(partition).listeners()).isEqualTo(1);
  }

  @Test
  void deletedTopicTakesItsOffsetsAlong() {
    cluster.start();
    client.now(client.commit("simple", 0, 7));
    cluster.deleteTopic(TestCluster.ORDERS);
    cluster.settle();
    assertThat(client.committed("simple")).isEmpty();
    cluster.stop().start();
    cluster.advance(10);
    assertThat(client.committed("simple")).isEmpty();
  }

  @Test
  void answersBeforeStartAndAfterStop() {
    cluster.start();
    client.now(client.commit("simple", 0, 7));
    GroupCoordinatorHost host = cluster.host();
    cluster.stop();
    assertThat(client.now(client.commit("simple", 0, 8)))
        .isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    host.close();
  }

  private ConsumerGroupHeartbeatResponseData beat(
      String group,
      String member,
      int epoch,
      List<ConsumerGroupHeartbeatRequestData.TopicPartitions> owned) {
    ConsumerGroupHeartbeatResponseData response =
        client.now(client.consumerHeartbeat(group, member, epoch, owned));
    assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.NONE);
    return response;
  }

  private static TreeSet<String> partitions(ConsumerGroupHeartbeatResponseData response) {
    TreeSet<String> partitions = new TreeSet<>();
    response
        .assignment()
        .topicPartitions()
        .forEach(
            topic -> topic.partitions().forEach(p -> partitions.add(topic.topicId() + "-" + p)));
    return partitions;
  }

  private static int count(List<ConsumerGroupHeartbeatRequestData.TopicPartitions> owned) {
    return owned.stream().mapToInt(topic -> topic.partitions().size()).sum();
  }
}
