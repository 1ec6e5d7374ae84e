package io.millrace.coordination;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.jspecify.annotations.Nullable;

/// What clients ask of a coordinator, with the answer awaited in virtual time where it comes at
/// once.
final class GroupClient {
  private final TestCluster cluster;

  GroupClient(TestCluster cluster) {
    this.cluster = cluster;
  }

  private GroupCoordinator service() {
    return cluster.host().service();
  }

  /// Takes an answer that waits for nothing but its turn.
  <T> T now(CompletableFuture<T> answer) {
    return cluster.world.await(answer, 20_000_000);
  }

  CompletableFuture<JoinGroupResponseData> join(String group, String member) {
    return join(group, member, null);
  }

  /// @param instance the id of a static member, null for others
  CompletableFuture<JoinGroupResponseData> join(
      String group, String member, @Nullable String instance) {
    JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestProtocolCollection();
    protocols.add(
        new JoinGroupRequestProtocol()
            .setName("range")
            .setMetadata(
                Utils.toArray(
                    ConsumerProtocol.serializeSubscription(new Subscription(List.of("orders"))))));
    return service()
        .joinGroup(
            context(ApiKeys.JOIN_GROUP),
            new JoinGroupRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setGroupInstanceId(instance)
                .setProtocolType("consumer")
                .setProtocols(protocols)
                .setSessionTimeoutMs(10_000)
                .setRebalanceTimeoutMs(5_000),
            BufferSupplier.NO_CACHING);
  }

  /// Joins as the only member, through the id that the coordinator hands out, and syncs.
  String joinAlone(String group) {
    String member = now(join(group, "")).memberId();
    CompletableFuture<JoinGroupResponseData> joined = join(group, member);
    cluster.advance(3_000);
    int generation = now(joined).generationId();
    Errors synced = sync(group, member, generation, Map.of(member, new byte[] {42}));
    if (synced != Errors.NONE) {
      throw new AssertionError("sync: " + synced);
    }
    return member;
  }

  Errors sync(String group, String member, int generation, Map<String, byte[]> assignments) {
    List<SyncGroupRequestData.SyncGroupRequestAssignment> sent = new ArrayList<>();
    new TreeMap<>(assignments)
        .forEach((to, assignment) ->
            sent.add(
                new SyncGroupRequestData.SyncGroupRequestAssignment()
                    .setMemberId(to)
                    .setAssignment(assignment)));
    return Errors.forCode(
        now(service()
                .syncGroup(
                    context(ApiKeys.SYNC_GROUP),
                    new SyncGroupRequestData()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setGenerationId(generation)
                        .setProtocolType("consumer")
                        .setProtocolName("range")
                        .setAssignments(sent),
                    BufferSupplier.NO_CACHING))
            .errorCode());
  }

  Errors heartbeat(String group, String member, int generation) {
    return Errors.forCode(
        now(service()
                .heartbeat(
                    context(ApiKeys.HEARTBEAT),
                    new HeartbeatRequestData()
                        .setGroupId(group)
                        .setMemberId(member)
                        .setGenerationId(generation)))
            .errorCode());
  }

  Errors leave(String group, String member) {
    return Errors.forCode(
        now(service()
                .leaveGroup(
                    context(ApiKeys.LEAVE_GROUP),
                    new LeaveGroupRequestData()
                        .setGroupId(group)
                        .setMembers(
                            List.of(
                                new LeaveGroupRequestData.MemberIdentity().setMemberId(member)))))
            .errorCode());
  }

  CompletableFuture<ConsumerGroupHeartbeatResponseData> consumerHeartbeat(
      String group,
      String member,
      int epoch,
      List<ConsumerGroupHeartbeatRequestData.TopicPartitions> owned) {
    ConsumerGroupHeartbeatRequestData request =
        new ConsumerGroupHeartbeatRequestData()
            .setGroupId(group)
            .setMemberId(member)
            .setMemberEpoch(epoch)
            .setTopicPartitions(owned);
    if (epoch == 0) {
      request.setSubscribedTopicNames(List.of("orders", "payments")).setRebalanceTimeoutMs(5_000);
    }
    return service().consumerGroupHeartbeat(context(ApiKeys.CONSUMER_GROUP_HEARTBEAT), request);
  }

  /// Commits one offset as no member of the group.
  CompletableFuture<Errors> commit(String group, int partition, long offset) {
    return commit(group, "", -1, partition, offset);
  }

  CompletableFuture<Errors> commit(
      String group, String member, int generation, int partition, long offset) {
    return service()
        .commitOffsets(
            context(ApiKeys.OFFSET_COMMIT),
            new OffsetCommitRequestData()
                .setGroupId(group)
                .setMemberId(member)
                .setGenerationIdOrMemberEpoch(generation)
                .setTopics(
                    List.of(
                        new OffsetCommitRequestData.OffsetCommitRequestTopic()
                            .setName("orders")
                            .setTopicId(TestCluster.ORDERS)
                            .setPartitions(
                                List.of(
                                    new OffsetCommitRequestData.OffsetCommitRequestPartition()
                                        .setPartitionIndex(partition)
                                        .setCommittedOffset(offset)
                                        .setCommittedMetadata("at " + offset))))),
            BufferSupplier.NO_CACHING)
        .thenApply(response ->
            Errors.forCode(response.topics().getFirst().partitions().getFirst().errorCode()));
  }

  /// Waits for what is being written, as `isolation.level=read_committed` does, unless told not to.
  private OffsetFetchResponseData.OffsetFetchResponseGroup fetchAll(String group, boolean stable) {
    return now(
        service()
            .fetchOffsets(
                context(ApiKeys.OFFSET_FETCH),
                new OffsetFetchRequestData.OffsetFetchRequestGroup()
                    .setGroupId(group)
                    .setTopics(null),
                stable));
  }

  /// Committed offsets of `orders` by partition.
  Map<Integer, Long> committed(String group) {
    return offsetsOf(committedPartitions(group, true));
  }

  /// The same, without what has not been committed yet.
  Map<Integer, Long> committedNow(String group) {
    return offsetsOf(committedPartitions(group, false));
  }

  private static Map<Integer, Long> offsetsOf(
      Map<Integer, OffsetFetchResponsePartitions> partitions) {
    Map<Integer, Long> offsets = new TreeMap<>();
    partitions.forEach((index, partition) -> offsets.put(index, partition.committedOffset()));
    return offsets;
  }

  private Map<Integer, OffsetFetchResponsePartitions> committedPartitions(
      String group, boolean stable) {
    Map<Integer, OffsetFetchResponsePartitions> partitions = new TreeMap<>();
    fetchAll(group, stable).topics().stream()
        .filter(topic -> topic.name().equals("orders"))
        .flatMap(topic -> topic.partitions().stream())
        .forEach(partition -> partitions.put(partition.partitionIndex(), partition));
    return partitions;
  }

  /// Group, type and state of every group, sorted.
  List<String> groups() {
    return now(service().listGroups(context(ApiKeys.LIST_GROUPS), new ListGroupsRequestData()))
        .groups()
        .stream()
        .map(group -> group.groupId() + " " + group.groupType() + " " + group.groupState())
        .sorted()
        .toList();
  }

  /// Everything that clients can see of these groups.
  String everythingOf(List<String> groups) {
    StringBuilder seen = new StringBuilder();
    seen.append(groups()).append('\n');
    seen.append(now(service().describeGroups(context(ApiKeys.DESCRIBE_GROUPS), groups)))
        .append('\n');
    seen.append(
            now(service().consumerGroupDescribe(context(ApiKeys.CONSUMER_GROUP_DESCRIBE), groups)))
        .append('\n');
    for (String group : groups) {
      seen.append(committedPartitions(group, true)).append('\n');
    }
    return seen.toString();
  }

  static List<ConsumerGroupHeartbeatRequestData.TopicPartitions> owned(
      ConsumerGroupHeartbeatResponseData.Assignment assignment) {
    return assignment.topicPartitions().stream()
        .map(topic ->
            new ConsumerGroupHeartbeatRequestData.TopicPartitions()
                .setTopicId(topic.topicId())
                .setPartitions(topic.partitions()))
        .toList();
  }

  static String memberId(int number) {
    return new Uuid(1, number).toString();
  }

  static AuthorizableRequestContext context(ApiKeys api) {
    return new AuthorizableRequestContext() {
      @Override
      public String listenerName() {
        return "PLAINTEXT";
      }

      @Override
      public SecurityProtocol securityProtocol() {
        return SecurityProtocol.PLAINTEXT;
      }

      @Override
      public KafkaPrincipal principal() {
        return KafkaPrincipal.ANONYMOUS;
      }

      @Override
      public InetAddress clientAddress() {
        return InetAddress.getLoopbackAddress();
      }

      @Override
      public int requestType() {
        return api.id;
      }

      @Override
      public int requestVersion() {
        return api.latestVersion();
      }

      @Override
      public String clientId() {
        return "test";
      }

      @Override
      public int correlationId() {
        return 1;
      }
    };
  }
}
