package io.millrace.server;

import io.millrace.coordination.GroupCoordinatorHost;
import io.millrace.metadata.ImageListener;
import io.millrace.metadata.QuorumNode;
import io.millrace.metadata.controller.LeaderConnection;
import io.millrace.replication.FetchSessions;
import io.millrace.replication.Partitions;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.server.api.AdminApis;
import io.millrace.server.api.Authorization;
import io.millrace.server.api.BrokerLoggers;
import io.millrace.server.api.Forwarder;
import io.millrace.server.api.Loggers;
import io.millrace.server.api.PublishedCluster;
import io.millrace.server.api.TopicCreation;
import io.millrace.server.api.controller.ControllerCalls;
import io.millrace.server.api.controller.ControllerForwarder;
import io.millrace.server.api.controller.ControllerRoute;
import io.millrace.server.api.controller.EnvelopeRoute;
import io.millrace.server.api.controller.LocalRoute;
import io.millrace.server.api.data.AlterReplicaLogDirsHandler;
import io.millrace.server.api.data.ClusterTopics;
import io.millrace.server.api.data.DeleteRecordsHandler;
import io.millrace.server.api.data.DescribeLogDirsHandler;
import io.millrace.server.api.data.DescribeProducersHandler;
import io.millrace.server.api.data.FetchHandler;
import io.millrace.server.api.data.InitProducerIdHandler;
import io.millrace.server.api.data.ListOffsetsHandler;
import io.millrace.server.api.data.OffsetForLeaderEpochHandler;
import io.millrace.server.api.data.ProduceHandler;
import io.millrace.server.api.data.ReplicaChoice;
import io.millrace.server.api.group.GroupApis;
import io.millrace.server.config.ConfigView;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.request.ApiTable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.replica.ReplicaSelector;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.jspecify.annotations.Nullable;

/// Which APIs a node answers on which listener, and its way to the active controller for what only
/// that may do. What is missing here waits for its feature and is not advertised: transactions,
/// ACLs, SCRAM, quotas, delegation tokens, share groups, telemetry.
final class NodeApis implements ImageListener {

  private final World world;
  private final NodeConfig config;
  private final ConfigView configs;
  private final PublishedCluster cluster;
  private final QuorumNode quorum;
  private final BrokerLoggers loggers;
  private final @Nullable ControllerCalls calls;
  private final EventLoop forwardLoop;
  private final LeaderConnection forwardConnection;
  private final EnvelopeRoute envelopes;
  private final AdminApis admin;

  NodeApis(
      World world,
      NodeConfig config,
      ConfigView configs,
      PublishedCluster cluster,
      QuorumNode quorum) {
    this.world = world;
    this.config = config;
    this.configs = configs;
    this.cluster = cluster;
    this.quorum = quorum;
    loggers = new BrokerLoggers(config.nodeId(), Loggers.ofThisProcess());
    calls = config.roles().controller() ? controllerCalls() : null;
    forwardLoop = world.loops().getLast();
    forwardConnection =
        new LeaderConnection(
            world, forwardLoop, quorum.controllers(), "forwarding-" + config.nodeId());
    envelopes = new EnvelopeRoute(forwardLoop, forwardConnection);
    admin = new AdminApis(cluster, Authorization.ALLOW_ALL, configs, loggers);
  }

  private ControllerCalls controllerCalls() {
    return new ControllerCalls(
        quorum.controller(),
        (context, request) ->
            quorum.controllerHost().registerBroker(context, request, quorum.image()),
        quorum.controllerHost().reassignments(),
        quorum.raft()::handle,
        quorum.controllerHost().clock(),
        Authorization.ALLOW_ALL,
        loggers,
        config);
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {}

  @Override
  public void onLeaderChange(int leaderId, int epoch) {
    envelopes.onLeaderChange(leaderId, epoch);
  }

  /// Asks other nodes nothing any more.
  void close() {
    forwardLoop.execute(forwardConnection::close);
  }

  private long committedOffset() {
    return quorum.raft().client().highWatermark().orElse(0) - 1;
  }

  private Forwarder forwarder() {
    ControllerCalls here = calls;
    ControllerRoute local = here == null ? null : new LocalRoute(here, this::committedOffset);
    return new ControllerForwarder(
        () -> {
          int leaderId = quorum.raft().client().leaderAndEpoch().leaderId().orElse(-1);
          if (leaderId < 0) {
            return null;
          }
          return leaderId == config.nodeId() && local != null ? local : envelopes;
        },
        world.clock(),
        configs.current().values().requestTimeoutMs(),
        cluster::whenPublished);
  }

  /// The APIs of broker listeners.
  ApiTable broker(Partitions partitions, GroupCoordinatorHost groups) {
    Forwarder forwarder = forwarder();
    TopicCreation creation = new TopicCreation(forwarder, cluster, configs);
    AtomicReference<ApiTable> table = new AtomicReference<>();
    ApiTable.Builder apis = ApiTable.builder();
    admin.addToBroker(apis, table::get, forwarder, creation);
    data(apis, partitions);
    GroupApis.addToBroker(
        apis,
        groups.service(),
        cluster,
        Authorization.ALLOW_ALL,
        config.values(),
        creation,
        forwarder,
        world.clock());
    ApiTable built = apis.build();
    table.set(built);
    return built;
  }

  /// The APIs of controller listeners. Only on a controller.
  ApiTable controller() {
    if (calls == null) {
      throw new IllegalStateException("this node is no controller");
    }
    AtomicReference<ApiTable> table = new AtomicReference<>();
    ApiTable.Builder apis = ApiTable.builder();
    admin.addToController(apis, table::get, calls, this::committedOffset);
    ApiTable built = apis.build();
    table.set(built);
    return built;
  }

  private @Nullable ReplicaChoice replicaChoice() {
    ReplicaSelector selector =
        ReplicaChoice.selector(
            config.values().getString(ReplicationConfigs.REPLICA_SELECTOR_CLASS_CONFIG),
            config.values().originals());
    return selector == null ? null : new ReplicaChoice(selector, cluster::image);
  }

  private void data(ApiTable.Builder apis, Partitions partitions) {
    ClusterTopics topics = new ClusterTopics(partitions, cluster::image, replicaChoice());
    FetchSessions sessions =
        new FetchSessions(
            world.clock(),
            config.values().getInt("max.incremental.fetch.session.cache.slots"),
            partitions.settings().fullLookNanos(),
            world.entropy().stream("fetch-sessions"));
    apis.serveWire(ApiKeys.PRODUCE, new ProduceHandler(topics))
        .serveWire(
            ApiKeys.FETCH,
            new FetchHandler(
                topics, sessions, () -> configs.current().values().getInt("fetch.max.bytes")))
        .serve(ApiKeys.LIST_OFFSETS, new ListOffsetsHandler(topics, world.workers()))
        .serve(ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(topics))
        .serve(ApiKeys.DELETE_RECORDS, new DeleteRecordsHandler(topics))
        .serve(
            ApiKeys.ALTER_REPLICA_LOG_DIRS,
            new AlterReplicaLogDirsHandler(partitions, world.workers()))
        .serve(ApiKeys.INIT_PRODUCER_ID, new InitProducerIdHandler(quorum.producerIds()))
        .serve(ApiKeys.DESCRIBE_PRODUCERS, new DescribeProducersHandler(topics))
        .serve(
            ApiKeys.DESCRIBE_LOG_DIRS,
            new DescribeLogDirsHandler(
                partitions,
                () -> configs.current().values().getList("cordoned.log.dirs"),
                world.disk(),
                world.workers()));
  }
}
