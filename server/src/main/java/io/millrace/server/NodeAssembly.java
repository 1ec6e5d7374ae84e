package io.millrace.server;

import io.millrace.coordination.GroupCoordinatorHost;
import io.millrace.coordination.PartitionLogs;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectoriesConfig;
import io.millrace.log.LogDirectory;
import io.millrace.log.LogEnvironment;
import io.millrace.metadata.ImageListener;
import io.millrace.metadata.QuorumEndpoints;
import io.millrace.metadata.QuorumNode;
import io.millrace.metadata.QuorumSettings;
import io.millrace.metadata.format.ClusterFormatter;
import io.millrace.metadata.format.FormatOutcome;
import io.millrace.metadata.format.FormatRequest;
import io.millrace.metadata.format.InitialControllers;
import io.millrace.metadata.format.NodeIdentity;
import io.millrace.replication.ControllerReports;
import io.millrace.replication.Partitions;
import io.millrace.replication.ReplicationSettings;
import io.millrace.replication.TopicSettings;
import io.millrace.replication.TopicTable;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.server.api.PublishedCluster;
import io.millrace.server.config.ConfigView;
import io.millrace.server.config.KafkaValues;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.request.ApiTable;
import io.millrace.server.request.ConnectionGate;
import io.millrace.server.request.LoopContext;
import io.millrace.server.request.Request.ListenerRole;
import io.millrace.server.request.RequestPath;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.metadata.BrokerRegistration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One node, put together from its rooms:
///
/// ```
///  bind listeners → check or format directories → open the quorum → metadata: load partitions
///     → registered, caught up, loaded → unfenced → serving
///  serving → leadership handed over → listeners closed → coordinator, quorum, logs closed → stopped
/// ```
///
/// Nothing here waits for a loop or a timer; [#start] blocks only for the disk. Callbacks may come
/// on any loop of the node.
public final class NodeAssembly {

  private static final Logger LOG = LoggerFactory.getLogger(NodeAssembly.class);

  private static final int RECOVERY_BUFFER_BYTES = 1 << 20;
  private static final long DEFAULT_FLUSH_CHECK_MS = 1_000;

  private final World world;
  private final NodeConfig config;
  private final FormatOptions format;
  private final String hostName;
  private final BiConsumer<String, Throwable> onFault;
  private final RequestPath path;
  private final ConfigView configs;
  private final ConnectionLimitsFollower limits;
  private final EventLoop dutyLoop;

  private @Nullable BoundListeners listeners;
  private @Nullable LogDirectories directories;
  private @Nullable QuorumNode quorum;
  private @Nullable Partitions partitions;
  private @Nullable GroupCoordinatorHost groups;
  private volatile @Nullable ApiTable brokerApis;
  private volatile @Nullable ApiTable controllerApis;

  // On the duty loop.
  private boolean loaded;
  private boolean caughtUp;
  private boolean stopping;

  /// @param hostName what stands for an empty host in `listeners` when it is advertised
  /// @param onFault told of what the node must stop for at once, without a clean close
  public NodeAssembly(
      World world,
      NodeConfig config,
      FormatOptions format,
      String hostName,
      BiConsumer<String, Throwable> onFault) {
    this.world = world;
    this.config = config;
    this.format = format;
    this.hostName = hostName;
    this.onFault = onFault;
    this.path = new RequestPath(world, gate(), gate(), config.sockets().queuedMaxBytes());
    this.configs = new ConfigView(config);
    this.dutyLoop = world.dedicatedLoop("duties");
    this.limits = new ConnectionLimitsFollower(world, config, path);
    configs.addListener(limits);
  }

  private ConnectionGate gate() {
    return new ConnectionGate(
        world.clock(),
        config.values().getInt("quota.window.num"),
        config.values().getInt("quota.window.size.seconds"));
  }

  /// Opens everything and begins to start. Blocks for the disk.
  ///
  /// @param onReady runs once the node serves clients
  /// @throws NodeStartException when it cannot start; nothing is left open then
  public void start(Runnable onReady) throws NodeStartException {
    try {
      BoundListeners bound = BoundListeners.bind(world, config, path, this::table);
      listeners = bound;
      QuorumEndpoints endpoints =
          new QuorumEndpoints(
              config.listeners().advertisedController(bound.ports(), hostName),
              config.listeners().advertisedBroker(bound.ports(), hostName));
      NodeIdentity identity = prepareDirectories(endpoints);
      LogDirectories logs = openDirectories(identity);
      QuorumNode quorumNode =
          QuorumNode.open(
              world,
              new QuorumSettings(config.values()),
              identity,
              endpoints,
              logs.cleanShutdownBrokerEpoch(),
              onFault);
      quorum = quorumNode;
      assemble(identity, logs, quorumNode, onReady);
      quorumNode.lifecycle().whenCaughtUp(() -> dutyLoop.execute(this::onCaughtUp));
      quorumNode.start();
      path.serve(ListenerRole.CONTROLLER);
    } catch (IOException e) {
      abandon();
      throw new NodeStartException("The node cannot start: " + e.getMessage(), e);
    } catch (NodeStartException | RuntimeException e) {
      abandon();
      throw e;
    }
  }

  private NodeIdentity prepareDirectories(QuorumEndpoints endpoints) throws NodeStartException {
    InitialControllers initial = null;
    String listed = format.initialControllers();
    if (listed != null) {
      initial = new InitialControllers.Listed(listed);
    } else if (format.noInitialControllers()) {
      initial = new InitialControllers.None();
    }
    FormatRequest request =
        new FormatRequest(
            config.nodeId(),
            config.logDirs(),
            config.metadataLogDir(),
            config.roles().controller(),
            endpoints.controller(),
            config.quorumVoters(),
            config.otherBootstrapServers(endpoints.controller()),
            format.clusterId(),
            initial,
            format.features(),
            format.releaseVersion(),
            config.values().getBoolean("unstable.feature.versions.enable"));
    return switch (ClusterFormatter.prepare(world, request)) {
      case FormatOutcome.Ready ready -> {
        if (ready.formatted()) {
          LOG.info(
              "formatted {} for the new cluster {}",
              config.logDirs(),
              ready.identity().clusterId());
        }
        yield ready.identity();
      }
      case FormatOutcome.Refused refused -> throw new NodeStartException(refused.problems());
    };
  }

  /// Kafka looks for logs that are due by `flush.ms` only where this is set; a topic's setting
  /// would do nothing without it.
  private static long flushCheckMs(KafkaValues values) {
    String key = "log.flush.scheduler.interval.ms";
    return values.originals().containsKey(key) ? values.getLong(key) : DEFAULT_FLUSH_CHECK_MS;
  }

  private LogDirectories openDirectories(NodeIdentity identity) throws IOException {
    var values = config.values();
    LogDirectoriesConfig settings =
        new LogDirectoriesConfig(
            config.logDirs(),
            identity.nodeId(),
            flushCheckMs(values),
            values.getInt("log.flush.offset.checkpoint.interval.ms"),
            values.getInt("log.flush.start.offset.checkpoint.interval.ms"),
            values.getLong("log.retention.check.interval.ms"),
            10_000,
            values.getInt("num.recovery.threads.per.data.dir"));
    LogDirectories opened = LogDirectories.open(world, settings, this::onDirectoryOffline);
    directories = opened;
    return opened;
  }

  private void assemble(
      NodeIdentity identity, LogDirectories logs, QuorumNode quorumNode, Runnable onReady) {
    ControllerReports reports =
        new ControllerReports(
            identity.nodeId(),
            quorumNode.lifecycle()::brokerEpoch,
            quorumNode.controllerChannel(),
            dutyLoop);
    PublishedCluster published =
        new PublishedCluster(
            identity.clusterId(),
            identity.nodeId(),
            () -> quorumNode.raft().client().kraftVersion());
    CoordinatorFollower coordinator = new CoordinatorFollower();
    Partitions hosted =
        new Partitions(
            identity.nodeId(),
            logs,
            new LogEnvironment(
                world,
                new LoggedReports(logs),
                () -> configs.current().values().getInt("producer.id.expiration.ms"),
                RECOVERY_BUFFER_BYTES),
            this::settings,
            replication(config.values()),
            reports,
            quorumNode.metadataLoop(),
            dutyLoop,
            failure -> dutyLoop.execute(() -> onLoaded(failure)),
            List.of(
                coordinator, published, new ServingGate(identity.nodeId(), quorumNode, onReady)));
    partitions = hosted;
    GroupCoordinatorHost groupHost =
        new GroupCoordinatorHost(
            world,
            identity.nodeId(),
            () -> configs.current().values(),
            world.loops(),
            new PartitionLogs(hosted));
    groups = groupHost;
    coordinator.follow(groupHost);
    NodeApis apis = new NodeApis(world, config, configs, published, quorumNode, hosted, groupHost);
    brokerApis = apis.broker();
    controllerApis = apis.controller();
    quorumNode.addListener(configs);
    quorumNode.addListener(limits);
    quorumNode.addListener(hosted);
  }

  private static ReplicationSettings replication(KafkaValues values) {
    return new ReplicationSettings(
        values.getLong("replica.lag.time.max.ms"),
        values.getInt("num.replica.fetchers"),
        values.getInt("replica.fetch.max.bytes"),
        values.getInt("replica.fetch.response.max.bytes"),
        values.getInt("replica.fetch.min.bytes"),
        values.getInt("replica.fetch.wait.max.ms"),
        values.getInt("replica.fetch.backoff.ms"),
        values.getInt("replica.socket.timeout.ms"));
  }

  private TopicSettings settings(MetadataImage image, String topic) {
    var stored =
        image.configs().configProperties(new ConfigResource(ConfigResource.Type.TOPIC, topic));
    String minIsr = stored.getProperty(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
    return new TopicSettings(
        configs.current().logConfig(stored),
        minIsr != null
            ? Integer.parseInt(minIsr)
            : configs.current().values().getInt(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG));
  }

  private ApiTable table(ListenerRole role) {
    ApiTable table =
        switch (role) {
          case BROKER -> brokerApis;
          case CONTROLLER -> controllerApis;
        };
    if (table == null) {
      throw new IllegalStateException("a request before the node was assembled");
    }
    return table;
  }

  /// Starts the coordinator with the first image that the partitions have followed.
  private static final class CoordinatorFollower implements ImageListener {

    private @Nullable GroupCoordinatorHost host;
    private boolean started;

    void follow(GroupCoordinatorHost groupHost) {
      host = groupHost;
    }

    @Override
    public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
      GroupCoordinatorHost groupHost = host;
      if (groupHost == null) {
        return;
      }
      if (!started) {
        started = true;
        groupHost.start(image);
      }
      groupHost.onImage(delta, image);
    }
  }

  /// Opens the broker's listeners with the first image that shows this incarnation unfenced:
  /// clients that come now are told of a broker that serves.
  private final class ServingGate implements ImageListener {

    private final int nodeId;
    private final QuorumNode quorumNode;
    private final Runnable onReady;
    private boolean open;

    ServingGate(int nodeId, QuorumNode quorumNode, Runnable onReady) {
      this.nodeId = nodeId;
      this.quorumNode = quorumNode;
      this.onReady = onReady;
    }

    @Override
    public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
      BrokerRegistration self = image.cluster().broker(nodeId);
      boolean unfenced =
          self != null && !self.fenced() && self.epoch() == quorumNode.lifecycle().brokerEpoch();
      if (unfenced && !open) {
        open = true;
        path.serve(ListenerRole.BROKER);
        onReady.run();
      }
    }
  }

  private void onLoaded(@Nullable IOException failure) {
    if (failure != null) {
      onFault.accept("The logs cannot be loaded", failure);
      return;
    }
    loaded = true;
    LogDirectories logs = directories;
    if (logs != null) {
      logs.start(dutyLoop);
    }
    maybeReady();
  }

  private void onCaughtUp() {
    caughtUp = true;
    maybeReady();
  }

  private void maybeReady() {
    QuorumNode quorumNode = quorum;
    if (loaded && caughtUp && !stopping && quorumNode != null) {
      quorumNode.lifecycle().readyToUnfence();
    }
  }

  private void onDirectoryOffline(LogDirectory directory, IOException cause) {
    LOG.error("log directory {} is offline", directory.path(), cause);
    LogDirectories logs = directories;
    Partitions hosted = partitions;
    QuorumNode quorumNode = quorum;
    if (hosted != null) {
      hosted.onOffline(directory);
    }
    boolean noneLeft =
        logs != null && logs.directories().stream().noneMatch(LogDirectory::isOnline);
    if (noneLeft || directory.path().equals(config.metadataLogDir())) {
      onFault.accept("Log directory " + directory.path() + " has failed", cause);
    } else if (quorumNode != null) {
      quorumNode.lifecycle().directoryFailed(directory.id());
    }
  }

  /// The port of each listener.
  public Map<ListenerName, Integer> ports() {
    BoundListeners bound = listeners;
    return bound == null ? Map.of() : Map.copyOf(bound.ports());
  }

  /// The cluster as this node saw it last; null before it was opened. Immutable, any thread.
  public @Nullable MetadataImage image() {
    QuorumNode quorumNode = quorum;
    return quorumNode == null ? null : quorumNode.image();
  }

  /// What this broker hosts; empty before it was opened. Any thread.
  public TopicTable hosted() {
    Partitions all = partitions;
    return all == null ? TopicTable.EMPTY : all.table();
  }

  public RequestPath requestPath() {
    return path;
  }

  /// Hands leadership over, then closes everything so that the next start needs no recovery.
  ///
  /// @param onStopped gets what could not be closed cleanly, or null
  public void stop(java.util.function.Consumer<@Nullable IOException> onStopped) {
    dutyLoop.execute(() -> {
      if (stopping) {
        return;
      }
      stopping = true;
      QuorumNode quorumNode = quorum;
      if (quorumNode == null) {
        onStopped.accept(null);
      } else {
        quorumNode
            .lifecycle()
            .beginControlledShutdown(() -> dutyLoop.execute(() -> closeAll(quorumNode, onStopped)));
      }
    });
  }

  private void closeAll(
      QuorumNode quorumNode, java.util.function.Consumer<@Nullable IOException> onStopped) {
    long brokerEpoch = quorumNode.lifecycle().brokerEpoch();
    BoundListeners bound = listeners;
    if (bound != null) {
      bound.close();
    }
    for (LoopContext context : path.contexts()) {
      context.mailbox().post(context::closeAll);
    }
    GroupCoordinatorHost groupHost = groups;
    if (groupHost != null) {
      groupHost.close();
    }
    Partitions hosted = partitions;
    if (hosted != null) {
      hosted.stopServing();
    }
    quorumNode.stop(() ->
        dutyLoop.execute(() -> {
          LogDirectories logs = directories;
          if (logs == null) {
            onStopped.accept(null);
          } else {
            logs.close(brokerEpoch, dutyLoop, onStopped);
          }
        }));
  }

  /// After a start that failed: gives sockets and locks back.
  private void abandon() {
    BoundListeners bound = listeners;
    if (bound != null) {
      bound.close();
    }
  }
}
