package io.millrace.server;

import io.millrace.coordination.GroupCoordinatorHost;
import io.millrace.metadata.QuorumNode;
import io.millrace.replication.FetchSessions;
import io.millrace.replication.Partitions;
import io.millrace.runtime.World;
import io.millrace.server.api.AdminApis;
import io.millrace.server.api.Authorization;
import io.millrace.server.api.BrokerLoggers;
import io.millrace.server.api.Forwarder;
import io.millrace.server.api.JulLoggers;
import io.millrace.server.api.PublishedCluster;
import io.millrace.server.api.TopicCreation;
import io.millrace.server.api.controller.ControllerCalls;
import io.millrace.server.api.controller.LocalForwarder;
import io.millrace.server.api.data.ClusterTopics;
import io.millrace.server.api.data.DeleteRecordsHandler;
import io.millrace.server.api.data.DescribeLogDirsHandler;
import io.millrace.server.api.data.DescribeProducersHandler;
import io.millrace.server.api.data.FetchHandler;
import io.millrace.server.api.data.InitProducerIdHandler;
import io.millrace.server.api.data.ListOffsetsHandler;
import io.millrace.server.api.data.OffsetForLeaderEpochHandler;
import io.millrace.server.api.data.ProduceHandler;
import io.millrace.server.api.group.GroupApis;
import io.millrace.server.config.ConfigView;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.request.ApiTable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.protocol.ApiKeys;

/// Which APIs a node answers on which listener. What is missing here waits for its feature and is
/// not advertised: transactions, ACLs, SCRAM, quotas, delegation tokens, moves between log
/// directories, share groups, telemetry.
final class NodeApis {

  private final ApiTable broker;
  private final ApiTable controller;

  NodeApis(
      World world,
      NodeConfig config,
      ConfigView configs,
      PublishedCluster cluster,
      QuorumNode quorum,
      Partitions partitions,
      GroupCoordinatorHost groups) {
    BrokerLoggers loggers = new BrokerLoggers(config.nodeId(), new JulLoggers());
    ControllerCalls calls =
        new ControllerCalls(
            quorum.controller(),
            quorum.raft()::handle,
            world.clock(),
            Authorization.ALLOW_ALL,
            loggers,
            config);
    Forwarder forwarder =
        new LocalForwarder(
            calls,
            world.clock(),
            configs.current().values().requestTimeoutMs(),
            then ->
                cluster.whenPublished(quorum.raft().client().highWatermark().orElse(0) - 1, then));
    AdminApis admin = new AdminApis(cluster, Authorization.ALLOW_ALL, configs, loggers);
    TopicCreation creation = new TopicCreation(forwarder, cluster, configs);
    ClusterTopics topics = new ClusterTopics(partitions, cluster::image);

    AtomicReference<ApiTable> brokerTable = new AtomicReference<>();
    ApiTable.Builder brokerApis = ApiTable.builder();
    admin.addToBroker(brokerApis, brokerTable::get, forwarder, creation);
    data(brokerApis, world, config, configs, quorum, partitions, topics);
    GroupApis.addToBroker(
        brokerApis,
        groups.service(),
        cluster,
        Authorization.ALLOW_ALL,
        config.values(),
        creation,
        forwarder,
        world.clock());
    broker = brokerApis.build();
    brokerTable.set(broker);

    AtomicReference<ApiTable> controllerTable = new AtomicReference<>();
    ApiTable.Builder controllerApis = ApiTable.builder();
    admin.addToController(controllerApis, controllerTable::get, calls);
    controller = controllerApis.build();
    controllerTable.set(controller);
  }

  private static void data(
      ApiTable.Builder apis,
      World world,
      NodeConfig config,
      ConfigView configs,
      QuorumNode quorum,
      Partitions partitions,
      ClusterTopics topics) {
    FetchSessions sessions =
        new FetchSessions(
            world.clock(),
            config.values().getInt("max.incremental.fetch.session.cache.slots"),
            world.entropy().stream("fetch-sessions"));
    apis.serveWire(ApiKeys.PRODUCE, new ProduceHandler(topics))
        .serveWire(
            ApiKeys.FETCH,
            new FetchHandler(
                topics, sessions, () -> configs.current().values().getInt("fetch.max.bytes")))
        .serve(ApiKeys.LIST_OFFSETS, new ListOffsetsHandler(topics, world.workers()))
        .serve(ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(topics))
        .serve(ApiKeys.DELETE_RECORDS, new DeleteRecordsHandler(topics))
        .serve(ApiKeys.INIT_PRODUCER_ID, new InitProducerIdHandler(quorum.producerIds()))
        .serve(ApiKeys.DESCRIBE_PRODUCERS, new DescribeProducersHandler(topics))
        .serve(
            ApiKeys.DESCRIBE_LOG_DIRS,
            new DescribeLogDirsHandler(partitions, world.disk(), world.workers()));
  }

  /// The APIs of broker listeners.
  ApiTable broker() {
    return broker;
  }

  /// The APIs of controller listeners.
  ApiTable controller() {
    return controller;
  }
}
