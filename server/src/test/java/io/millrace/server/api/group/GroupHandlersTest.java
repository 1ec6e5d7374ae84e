package io.millrace.server.api.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.api.Authorization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class GroupHandlersTest {

  @TestFactory
  Stream<DynamicTest> everyVersionIsAnswered() {
    GroupNode node = new GroupNode();
    List<DynamicTest> tests = new ArrayList<>();
    for (ApiKeys api : node.table().apis()) {
      for (short version = api.oldestVersion(); version <= api.latestVersion(false); version++) {
        short asked = version;
        tests.add(
            DynamicTest.dynamicTest(
                api + " v" + asked,
                () -> {
                  ApiMessage body = ApiMessageType.fromApiKey(api.id).newRequest();
                  assertThat(node.ask(api, asked, body, ApiMessage.class).apiKey())
                      .isEqualTo(api.id);
                }));
      }
    }
    return tests.stream();
  }

  // ---- finding the coordinator ----

  static IntStream findCoordinatorVersions() {
    return versions(ApiKeys.FIND_COORDINATOR);
  }

  @ParameterizedTest
  @MethodSource("findCoordinatorVersions")
  void coordinatorIsTheLeaderOfTheGroupsPartition(int version) {
    FindCoordinatorResponseData found = find(new GroupNode(), version, (byte) 0, "readers");
    if (version < 4) {
      assertThat(Errors.forCode(found.errorCode())).isEqualTo(Errors.NONE);
      assertThat(found.host() + ":" + found.port()).isEqualTo("broker1:9092");
    } else {
      FindCoordinatorResponseData.Coordinator coordinator = found.coordinators().getFirst();
      assertThat(coordinator.key()).isEqualTo("readers");
      assertThat(coordinator.host() + ":" + coordinator.port()).isEqualTo("broker1:9092");
    }
  }

  @Test
  void offsetsTopicIsMadeWhenAGroupIsFirstLookedFor() {
    GroupNode node = new GroupNode(Map.of(), Authorization.ALLOW_ALL, false);
    assertThat(Errors.forCode(find(node, 3, (byte) 0, "readers").errorCode()))
        .isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    assertThat(node.asked).containsExactly(Topic.GROUP_METADATA_TOPIC_NAME);
  }

  @Test
  void coordinatorsThatDoNotExistAreRefusedForGood() {
    GroupNode node = new GroupNode();
    assertThat(Errors.forCode(find(node, 3, (byte) 1, "tx").errorCode()))
        .isEqualTo(Errors.UNSUPPORTED_VERSION);
    assertThat(Errors.forCode(find(node, 6, (byte) 1, "tx").coordinators().getFirst().errorCode()))
        .isEqualTo(Errors.UNSUPPORTED_VERSION);
    assertThat(
            Errors.forCode(find(node, 5, (byte) 2, "g:t:0").coordinators().getFirst().errorCode()))
        .isEqualTo(Errors.INVALID_REQUEST);
    assertThat(Errors.forCode(find(node, 3, (byte) 9, "x").errorCode()))
        .isEqualTo(Errors.INVALID_REQUEST);
  }

  private static FindCoordinatorResponseData find(
      GroupNode node, int version, byte type, String key) {
    FindCoordinatorRequestData body = new FindCoordinatorRequestData().setKeyType(type);
    if (version < 4) {
      body.setKey(key);
    } else {
      body.setCoordinatorKeys(List.of(key));
    }
    return node.ask(ApiKeys.FIND_COORDINATOR, version, body, FindCoordinatorResponseData.class);
  }

  // ---- classic groups ----

  static IntStream joinVersions() {
    return versions(ApiKeys.JOIN_GROUP);
  }

  @ParameterizedTest
  @MethodSource("joinVersions")
  void classicMemberLives(int version) {
    GroupNode node = new GroupNode();
    JoinGroupResponseData joined = join(node, version, "");
    if (version >= 4) {
      assertThat(Errors.forCode(joined.errorCode())).isEqualTo(Errors.MEMBER_ID_REQUIRED);
      joined = join(node, version, joined.memberId());
    }
    assertThat(Errors.forCode(joined.errorCode())).isEqualTo(Errors.NONE);
    assertThat(joined.leader()).isEqualTo(joined.memberId());
    String member = joined.memberId();
    int syncVersion = Math.min(version, ApiKeys.SYNC_GROUP.latestVersion());
    SyncGroupResponseData synced =
        node.ask(
            ApiKeys.SYNC_GROUP,
            syncVersion,
            new SyncGroupRequestData()
                .setGroupId("readers")
                .setMemberId(member)
                .setGenerationId(joined.generationId())
                .setProtocolType(syncVersion >= 5 ? "consumer" : null)
                .setProtocolName(syncVersion >= 5 ? "range" : null)
                .setAssignments(
                    List.of(
                        new SyncGroupRequestData.SyncGroupRequestAssignment()
                            .setMemberId(member)
                            .setAssignment(new byte[] {7}))),
            SyncGroupResponseData.class);
    assertThat(synced.assignment()).containsExactly(7);
    HeartbeatResponseData alive =
        node.ask(
            ApiKeys.HEARTBEAT,
            Math.min(version, ApiKeys.HEARTBEAT.latestVersion()),
            new HeartbeatRequestData()
                .setGroupId("readers")
                .setMemberId(member)
                .setGenerationId(joined.generationId()),
            HeartbeatResponseData.class);
    assertThat(Errors.forCode(alive.errorCode())).isEqualTo(Errors.NONE);
    assertThat(state(node, Math.min(version, ApiKeys.DESCRIBE_GROUPS.latestVersion())))
        .isEqualTo("Stable");
    assertThat(leave(node, Math.min(version, ApiKeys.LEAVE_GROUP.latestVersion()), member))
        .isEqualTo(Errors.NONE);
    assertThat(state(node, 5)).isEqualTo("Empty");
    assertThat(delete(node)).isEqualTo(Errors.NONE);
    assertThat(
            node.ask(
                    ApiKeys.LIST_GROUPS,
                    5,
                    new ListGroupsRequestData(),
                    ListGroupsResponseData.class)
                .groups())
        .isEmpty();
  }

  private static JoinGroupResponseData join(GroupNode node, int version, String member) {
    JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
    protocols.add(new JoinGroupRequestProtocol().setName("range").setMetadata(new byte[0]));
    JoinGroupRequestData body =
        new JoinGroupRequestData()
            .setGroupId("readers")
            .setMemberId(member)
            .setProtocolType("consumer")
            .setProtocols(protocols)
            .setSessionTimeoutMs(10_000)
            .setRebalanceTimeoutMs(10_000);
    return node.ask(ApiKeys.JOIN_GROUP, version, body, JoinGroupResponseData.class);
  }

  private static String state(GroupNode node, int version) {
    return node.ask(
            ApiKeys.DESCRIBE_GROUPS,
            version,
            new DescribeGroupsRequestData().setGroups(List.of("readers")),
            DescribeGroupsResponseData.class)
        .groups()
        .getFirst()
        .groupState();
  }

  private static Errors leave(GroupNode node, int version, String member) {
    LeaveGroupRequestData body = new LeaveGroupRequestData().setGroupId("readers");
    if (version < 3) {
      body.setMemberId(member);
    } else {
      body.setMembers(List.of(new LeaveGroupRequestData.MemberIdentity().setMemberId(member)));
    }
    return Errors.forCode(
        node.ask(ApiKeys.LEAVE_GROUP, version, body, LeaveGroupResponseData.class).errorCode());
  }

  private static Errors delete(GroupNode node) {
    return Errors.forCode(
        node.ask(
                ApiKeys.DELETE_GROUPS,
                2,
                new DeleteGroupsRequestData().setGroupsNames(List.of("readers", "readers")),
                DeleteGroupsResponseData.class)
            .results()
            .find("readers")
            .errorCode());
  }

  @Test
  void syncWithoutProtocolIsRefusedFromVersion5() {
    assertThat(
            Errors.forCode(
                new GroupNode()
                    .ask(
                        ApiKeys.SYNC_GROUP,
                        5,
                        new SyncGroupRequestData().setGroupId("readers").setMemberId("m"),
                        SyncGroupResponseData.class)
                    .errorCode()))
        .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL);
  }

  // ---- offsets ----

  static IntStream commitVersions() {
    return versions(ApiKeys.OFFSET_COMMIT);
  }

  @ParameterizedTest
  @MethodSource("commitVersions")
  void commitsWhatExistsAndRefusesTheRest(int version) {
    GroupNode node = new GroupNode();
    OffsetCommitResponseData committed =
        node.ask(
            ApiKeys.OFFSET_COMMIT,
            version,
            new OffsetCommitRequestData()
                .setGroupId("readers")
                .setTopics(
                    List.of(
                        topic("orders", GroupNode.ORDERS, version, 0, 9),
                        topic("nowhere", new Uuid(6, 99), version, 0))),
            OffsetCommitResponseData.class);
    List<Errors> errors =
        committed.topics().stream()
            .flatMap(topic -> topic.partitions().stream())
            .map(partition -> Errors.forCode(partition.errorCode()))
            .toList();
    assertThat(errors)
        .containsExactlyInAnyOrder(
            Errors.NONE,
            Errors.UNKNOWN_TOPIC_OR_PARTITION,
            version >= 10 ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
    for (int fetchVersion = 1; fetchVersion <= 10; fetchVersion++) {
      assertThat(fetch(node, fetchVersion, false)).as("v%s", fetchVersion).containsExactly(41L);
      if (fetchVersion >= 2) {
        assertThat(fetch(node, fetchVersion, true)).as("v%s", fetchVersion).containsExactly(41L);
      }
    }
  }

  private static OffsetCommitRequestData.OffsetCommitRequestTopic topic(
      String name, Uuid id, int version, int... partitions) {
    return new OffsetCommitRequestData.OffsetCommitRequestTopic()
        .setName(version >= 10 ? "" : name)
        .setTopicId(version >= 10 ? id : Uuid.ZERO_UUID)
        .setPartitions(
            IntStream.of(partitions)
                .mapToObj(partition ->
                    new OffsetCommitRequestData.OffsetCommitRequestPartition()
                        .setPartitionIndex(partition)
                        .setCommittedOffset(41)
                        .setCommittedMetadata("here"))
                .toList());
  }

  /// The committed offsets of `orders` partition 0, asked for by name (or id), or among all.
  private static List<Long> fetch(GroupNode node, int version, boolean all) {
    OffsetFetchRequestData body = new OffsetFetchRequestData();
    if (version < 8) {
      body.setGroupId("readers")
          .setTopics(
              all
                  ? null
                  : List.of(
                      new OffsetFetchRequestData.OffsetFetchRequestTopic()
                          .setName("orders")
                          .setPartitionIndexes(List.of(0))));
      return node
          .ask(ApiKeys.OFFSET_FETCH, version, body, OffsetFetchResponseData.class)
          .topics()
          .stream()
          .flatMap(topic -> topic.partitions().stream())
          .map(OffsetFetchResponseData.OffsetFetchResponsePartition::committedOffset)
          .toList();
    }
    OffsetFetchRequestData.OffsetFetchRequestTopics orders =
        new OffsetFetchRequestData.OffsetFetchRequestTopics().setPartitionIndexes(List.of(0));
    if (version >= 10) {
      orders.setTopicId(GroupNode.ORDERS);
    } else {
      orders.setName("orders");
    }
    body.setGroups(
        List.of(
            new OffsetFetchRequestData.OffsetFetchRequestGroup()
                .setGroupId("readers")
                .setTopics(all ? null : List.of(orders))));
    return node
        .ask(ApiKeys.OFFSET_FETCH, version, body, OffsetFetchResponseData.class)
        .groups()
        .getFirst()
        .topics()
        .stream()
        .flatMap(topic -> topic.partitions().stream())
        .map(OffsetFetchResponseData.OffsetFetchResponsePartitions::committedOffset)
        .toList();
  }

  @Test
  void fetchOfAnUnknownTopicIdSaysSo() {
    OffsetFetchResponseData answer =
        new GroupNode()
            .ask(
                ApiKeys.OFFSET_FETCH,
                10,
                new OffsetFetchRequestData()
                    .setGroups(
                        List.of(
                            new OffsetFetchRequestData.OffsetFetchRequestGroup()
                                .setGroupId("readers")
                                .setTopics(
                                    List.of(
                                        new OffsetFetchRequestData.OffsetFetchRequestTopics()
                                            .setTopicId(new Uuid(6, 99))
                                            .setPartitionIndexes(List.of(0)))))),
                OffsetFetchResponseData.class);
    assertThat(
            Errors.forCode(
                answer.groups().getFirst().topics().getFirst().partitions().getFirst().errorCode()))
        .isEqualTo(Errors.UNKNOWN_TOPIC_ID);
  }

  @Test
  void deletesOffsetsOfWhatExists() {
    GroupNode node = new GroupNode();
    node.ask(
        ApiKeys.OFFSET_COMMIT,
        9,
        new OffsetCommitRequestData()
            .setGroupId("readers")
            .setTopics(List.of(topic("orders", GroupNode.ORDERS, 9, 0))),
        OffsetCommitResponseData.class);
    OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection topics =
        new OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection();
    for (String name : List.of("orders", "nowhere")) {
      topics.add(
          new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
              .setName(name)
              .setPartitions(
                  List.of(
                      new OffsetDeleteRequestData.OffsetDeleteRequestPartition()
                          .setPartitionIndex(0))));
    }
    OffsetDeleteResponseData deleted =
        node.ask(
            ApiKeys.OFFSET_DELETE,
            0,
            new OffsetDeleteRequestData().setGroupId("readers").setTopics(topics),
            OffsetDeleteResponseData.class);
    assertThat(deleted.topics().find("orders").partitions().find(0).errorCode()).isZero();
    assertThat(Errors.forCode(deleted.topics().find("nowhere").partitions().find(0).errorCode()))
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(fetch(node, 9, true)).isEmpty();
  }

  // ---- consumer and streams groups ----

  @Test
  void consumerGroupIsAssignedAndDescribed() {
    GroupNode node = new GroupNode();
    ConsumerGroupHeartbeatResponseData joined = heartbeat(node);
    assertThat(Errors.forCode(joined.errorCode())).isEqualTo(Errors.NONE);
    assertThat(joined.assignment().topicPartitions().getFirst().partitions()).hasSize(3);
    ConsumerGroupDescribeResponseData described =
        node.ask(
            ApiKeys.CONSUMER_GROUP_DESCRIBE,
            1,
            new ConsumerGroupDescribeRequestData().setGroupIds(List.of("modern")),
            ConsumerGroupDescribeResponseData.class);
    assertThat(described.groups().getFirst().members()).hasSize(1);
  }

  @Test
  void consumerGroupsCanBeSwitchedOff() {
    GroupNode byFeature = new GroupNode();
    byFeature.setFeature("group.version", 0);
    assertThat(Errors.forCode(heartbeat(byFeature).errorCode()))
        .isEqualTo(Errors.UNSUPPORTED_VERSION);
    GroupNode byConfiguration =
        new GroupNode(
            Map.of("group.coordinator.rebalance.protocols", "classic"),
            Authorization.ALLOW_ALL,
            true);
    assertThat(Errors.forCode(heartbeat(byConfiguration).errorCode()))
        .isEqualTo(Errors.UNSUPPORTED_VERSION);
    assertThat(Errors.forCode(streamsHeartbeat(byConfiguration).errorCode()))
        .isEqualTo(Errors.UNSUPPORTED_VERSION);
  }

  private static ConsumerGroupHeartbeatResponseData heartbeat(GroupNode node) {
    return node.ask(
        ApiKeys.CONSUMER_GROUP_HEARTBEAT,
        1,
        new ConsumerGroupHeartbeatRequestData()
            .setGroupId("modern")
            .setMemberId(new Uuid(1, 1).toString())
            .setMemberEpoch(0)
            .setRebalanceTimeoutMs(5_000)
            .setSubscribedTopicNames(List.of("orders"))
            .setTopicPartitions(List.of()),
        ConsumerGroupHeartbeatResponseData.class);
  }

  @Test
  void internalTopicsOfStreamsAreMadeOnce() {
    GroupNode node = new GroupNode();
    StreamsGroupHeartbeatResponseData joined = streamsHeartbeat(node);
    assertThat(Errors.forCode(joined.errorCode())).isEqualTo(Errors.NONE);
    assertThat(node.asked).containsExactly("app-counts-changelog");
  }

  @Test
  void memberHearsWhyInternalTopicsAreMissing() {
    GroupNode node = new GroupNode();
    node.controllerSays = Errors.POLICY_VIOLATION;
    StreamsGroupHeartbeatResponseData joined = streamsHeartbeat(node);
    assertThat(joined.status())
        .extracting(StreamsGroupHeartbeatResponseData.Status::statusDetail)
        .anyMatch(detail -> detail.contains("Creation failed: app-counts-changelog ("));
    int asked = node.asked.size();
    streamsHeartbeat(node);
    assertThat(node.asked).as("not asked for again at once").hasSize(asked);
  }

  @Test
  void internalTopicsOfKafkaHaveNoPlaceInATopology() {
    StreamsGroupHeartbeatRequestData body = streamsJoin();
    body.topology().subtopologies().getFirst().sourceTopics().add(Topic.GROUP_METADATA_TOPIC_NAME);
    assertThat(
            Errors.forCode(
                new GroupNode()
                    .ask(
                        ApiKeys.STREAMS_GROUP_HEARTBEAT,
                        0,
                        body,
                        StreamsGroupHeartbeatResponseData.class)
                    .errorCode()))
        .isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY);
  }

  private static StreamsGroupHeartbeatResponseData streamsHeartbeat(GroupNode node) {
    return node.ask(
        ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, streamsJoin(), StreamsGroupHeartbeatResponseData.class);
  }

  private static StreamsGroupHeartbeatRequestData streamsJoin() {
    return new StreamsGroupHeartbeatRequestData()
        .setGroupId("app")
        .setMemberId(new Uuid(1, 2).toString())
        .setMemberEpoch(0)
        .setRebalanceTimeoutMs(5_000)
        .setProcessId("process")
        .setClientTags(List.of())
        .setActiveTasks(List.of())
        .setStandbyTasks(List.of())
        .setWarmupTasks(List.of())
        .setTopology(
            new StreamsGroupHeartbeatRequestData.Topology()
                .setEpoch(0)
                .setSubtopologies(
                    List.of(
                        new StreamsGroupHeartbeatRequestData.Subtopology()
                            .setSubtopologyId("0")
                            .setSourceTopics(new ArrayList<>(List.of("orders")))
                            .setSourceTopicRegex(List.of())
                            .setRepartitionSinkTopics(List.of())
                            .setRepartitionSourceTopics(List.of())
                            .setCopartitionGroups(List.of())
                            .setStateChangelogTopics(
                                List.of(
                                    new StreamsGroupHeartbeatRequestData.TopicInfo()
                                        .setName("app-counts-changelog")
                                        .setReplicationFactor((short) 1))))));
  }

  // ---- permissions ----

  @Test
  void whoMayNotTouchAGroupIsToldSo() {
    GroupNode node =
        new GroupNode(
            Map.of(), (_, _, type, name) -> type != ResourceType.GROUP || name.isEmpty(), true);
    assertThat(Errors.forCode(join(node, 9, "").errorCode()))
        .isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED);
    assertThat(Errors.forCode(heartbeat(node).errorCode()))
        .isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED);
    assertThat(Errors.forCode(streamsHeartbeat(node).errorCode()))
        .isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED);
    assertThat(Errors.forCode(find(node, 3, (byte) 0, "readers").errorCode()))
        .isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED);
    assertThat(delete(node)).isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED);
    assertThat(leave(node, 5, "m")).isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED);
    assertThat(state(node, 5)).isNotEqualTo("Empty");
  }

  @Test
  void topicsThatMayNotBeReadAreNotCommitted() {
    Set<String> readable = Set.of("payments");
    GroupNode node =
        new GroupNode(
            Map.of(),
            (_, _, type, name) -> type != ResourceType.TOPIC || readable.contains(name),
            true);
    OffsetCommitResponseData answer =
        node.ask(
            ApiKeys.OFFSET_COMMIT,
            9,
            new OffsetCommitRequestData()
                .setGroupId("readers")
                .setTopics(List.of(topic("orders", GroupNode.ORDERS, 9, 0))),
            OffsetCommitResponseData.class);
    assertThat(Errors.forCode(answer.topics().getFirst().partitions().getFirst().errorCode()))
        .isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
  }

  private static IntStream versions(ApiKeys api) {
    return IntStream.rangeClosed(api.oldestVersion(), api.latestVersion(false));
  }
}
