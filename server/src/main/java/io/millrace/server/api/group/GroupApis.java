package io.millrace.server.api.group;

import io.millrace.runtime.Clock;
import io.millrace.server.api.Authorization;
import io.millrace.server.api.ClusterView;
import io.millrace.server.api.Forwarder;
import io.millrace.server.api.TopicCreation;
import io.millrace.server.request.ApiTable;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.server.config.ServerConfigs;

/// Fills a broker's table with the APIs of this package. Share groups and offsets committed in
/// transactions wait for their features and are not advertised.
public final class GroupApis {
  private GroupApis() {}

  /// @param config the node's, with Kafka's keys
  /// @param creation makes the offsets topic when a group is first looked for
  /// @param forwarder takes the internal topics of streams groups to the controller
  public static void addToBroker(
      ApiTable.Builder apis,
      GroupCoordinator coordinator,
      ClusterView cluster,
      Authorization authorization,
      AbstractConfig config,
      TopicCreation creation,
      Forwarder forwarder,
      Clock clock) {
    Groups groups = Groups.of(coordinator, cluster, authorization, config);
    StreamsTopics streamsTopics =
        new StreamsTopics(forwarder, clock, config.getInt(ServerConfigs.REQUEST_TIMEOUT_MS_CONFIG));
    int streamsHeartbeatMs =
        config.getInt(GroupCoordinatorConfig.STREAMS_GROUP_HEARTBEAT_INTERVAL_MS_CONFIG);
    apis.serve(ApiKeys.FIND_COORDINATOR, new FindCoordinatorHandler(groups, creation))
        .serve(ApiKeys.JOIN_GROUP, new JoinGroupHandler(groups))
        .serve(ApiKeys.SYNC_GROUP, new SyncGroupHandler(groups))
        .serve(ApiKeys.HEARTBEAT, new HeartbeatHandler(groups))
        .serve(ApiKeys.LEAVE_GROUP, new LeaveGroupHandler(groups))
        .serve(ApiKeys.OFFSET_COMMIT, new OffsetCommitHandler(groups))
        .serve(ApiKeys.OFFSET_FETCH, new OffsetFetchHandler(groups))
        .serve(ApiKeys.OFFSET_DELETE, new OffsetDeleteHandler(groups))
        .serve(ApiKeys.LIST_GROUPS, new ListGroupsHandler(groups))
        .serve(ApiKeys.DESCRIBE_GROUPS, new DescribeGroupsHandler(groups))
        .serve(ApiKeys.DELETE_GROUPS, new DeleteGroupsHandler(groups))
        .serve(ApiKeys.CONSUMER_GROUP_HEARTBEAT, new ConsumerGroupHeartbeatHandler(groups))
        .serve(ApiKeys.CONSUMER_GROUP_DESCRIBE, new ConsumerGroupDescribeHandler(groups))
        .serve(
            ApiKeys.STREAMS_GROUP_HEARTBEAT,
            new StreamsGroupHeartbeatHandler(groups, streamsTopics, streamsHeartbeatMs))
        .serve(ApiKeys.STREAMS_GROUP_DESCRIBE, new StreamsGroupDescribeHandler(groups));
  }
}
