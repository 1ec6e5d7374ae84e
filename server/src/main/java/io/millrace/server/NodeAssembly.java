package io.millrace.server;

import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectoriesConfig;
import io.millrace.log.LogDirectory;
import io.millrace.log.scrub.ScrubSettings;
import io.millrace.metadata.ImageListener;
import io.millrace.metadata.QuorumEndpoints;
import io.millrace.metadata.QuorumNode;
import io.millrace.metadata.QuorumSettings;
import io.millrace.metadata.format.ClusterFormatter;
import io.millrace.metadata.format.FormatOutcome;
import io.millrace.metadata.format.FormatRequest;
import io.millrace.metadata.format.InitialControllers;
import io.millrace.metadata.format.NodeIdentity;
import io.millrace.replication.TopicTable;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.server.api.PublishedCluster;
import io.millrace.server.config.ConfigView;
import io.millrace.server.config.KafkaValues;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.metrics.BorrowedMetrics;
import io.millrace.server.metrics.ClusterFigures;
import io.millrace.server.metrics.MetricSource;
import io.millrace.server.metrics.PartitionFigures;
import io.millrace.server.metrics.RotFigures;
import io.millrace.server.request.ApiTable;
import io.millrace.server.request.ConnectionGate;
import io.millrace.server.request.Request.ListenerRole;
import io.millrace.server.request.RequestPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One node, put together from its rooms:
///
/// ```
///  bind listeners → check or format directories → open the quorum
///     → what a broker does then: BrokerAssembly → serving
///  serving → leadership handed over → brokers' listeners closed → coordinator, quorum closed
///     → controllers' listeners, logs closed → stopped
/// ```
///
/// A node is a broker, a controller, or both (`process.roles`).
///
/// Nothing here waits for a loop or a timer; [#start] blocks only for the disk. Callbacks may come
/// on any loop of the node.
public final class NodeAssembly {

  private static final Logger LOG = LoggerFactory.getLogger(NodeAssembly.class);

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
  private @Nullable BrokerAssembly broker;
  private @Nullable NodeApis apis;
  private volatile @Nullable ApiTable brokerApis;
  private volatile @Nullable ApiTable controllerApis;

  private final List<MetricSource> metrics = new ArrayList<>();

  // On the duty loop.
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
              logs.unbrokenBrokerEpoch(),
              onFault);
      quorum = quorumNode;
      assemble(identity, logs, quorumNode, onReady);
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
            values.getLong("replica.high.watermark.checkpoint.interval.ms"),
            values.getInt("producer.id.expiration.check.interval.ms"),
            10_000,
            values.getInt("num.recovery.threads.per.data.dir"),
            ScrubSettings.of(values.originals()));
    LogDirectories opened = LogDirectories.open(world, settings, this::onDirectoryOffline);
    directories = opened;
    return opened;
  }

  private void assemble(
      NodeIdentity identity, LogDirectories logs, QuorumNode quorumNode, Runnable onReady) {
    PublishedCluster published =
        new PublishedCluster(
            identity.clusterId(),
            identity.nodeId(),
            () -> quorumNode.raft().client().kraftVersion());
    NodeApis nodeApis = new NodeApis(world, config, configs, published, quorumNode);
    apis = nodeApis;
    metrics.add(new ClusterFigures(published));
    metrics.add(BorrowedMetrics.of(quorumNode.raft().metrics(), "kafka_server"));
    if (config.roles().controller()) {
      controllerApis = nodeApis.controller();
      metrics.add(BorrowedMetrics.of(quorumNode.controllerHost().metrics()));
    }
    quorumNode.addListener(configs);
    quorumNode.addListener(limits);
    quorumNode.addListener(nodeApis);
    if (config.roles().broker()) {
      BrokerAssembly assembled =
          new BrokerAssembly(
              world,
              configs,
              logs,
              quorumNode,
              published,
              dutyLoop,
              onFault,
              () -> {
                path.serve(ListenerRole.BROKER);
                onReady.run();
              });
      broker = assembled;
      brokerApis = assembled.apis(nodeApis);
      metrics.add(new PartitionFigures(assembled::hosted));
      metrics.add(new RotFigures(logs.scrubber().figures()));
      quorumNode.addListener(assembled.follower());
      assembled.begin();
    } else {
      quorumNode.addListener(published);
      quorumNode.addListener(new FirstImage(onReady));
    }
  }

  /// A node that is only a controller serves from its start on; it is ready when it has read the
  /// metadata.
  private static final class FirstImage implements ImageListener {

    private final Runnable onReady;
    private boolean seen;

    FirstImage(Runnable onReady) {
      this.onReady = onReady;
    }

    @Override
    public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
      if (!seen) {
        seen = true;
        onReady.run();
      }
    }
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

  private void onDirectoryOffline(LogDirectory directory, IOException cause) {
    LOG.error("log directory {} is offline", directory.path(), cause);
    LogDirectories logs = directories;
    BrokerAssembly brokerSide = broker;
    if (brokerSide != null) {
      brokerSide.onOffline(directory);
    }
    boolean noneLeft =
        logs != null && logs.directories().stream().noneMatch(LogDirectory::isOnline);
    if (noneLeft || directory.path().equals(config.metadataLogDir())) {
      onFault.accept("Log directory " + directory.path() + " has failed", cause);
    } else if (brokerSide != null) {
      brokerSide.directoryFailed(directory);
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
    BrokerAssembly brokerSide = broker;
    return brokerSide == null ? TopicTable.EMPTY : brokerSide.hosted();
  }

  /// What there is to tell a monitoring system; complete after [#start].
  List<MetricSource> metrics() {
    return metrics;
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
      BrokerAssembly brokerSide = broker;
      if (quorumNode == null) {
        onStopped.accept(null);
      } else if (brokerSide == null) {
        closeAll(quorumNode, onStopped);
      } else {
        brokerSide.beginStop();
        quorumNode
            .lifecycle()
            .beginControlledShutdown(() -> dutyLoop.execute(() -> closeAll(quorumNode, onStopped)));
      }
    });
  }

  private void closeAll(
      QuorumNode quorumNode, java.util.function.Consumer<@Nullable IOException> onStopped) {
    long brokerEpoch = quorumNode.brokerEpoch();
    close(ListenerRole.BROKER);
    BrokerAssembly brokerSide = broker;
    if (brokerSide != null) {
      brokerSide.close();
    }
    NodeApis forwarding = apis;
    if (forwarding != null) {
      forwarding.close();
    }
    // A leader of the quorum that resigns hears of its successor by the controllers' listeners.
    quorumNode.stop(() ->
        dutyLoop.execute(() -> {
          close(ListenerRole.CONTROLLER);
          LogDirectories logs = directories;
          if (logs == null) {
            onStopped.accept(null);
          } else {
            logs.close(brokerEpoch, dutyLoop, onStopped);
          }
        }));
  }

  private void close(ListenerRole role) {
    BoundListeners bound = listeners;
    if (bound != null) {
      bound.close(role);
    }
    path.close(role);
  }

  /// After a start that failed: gives sockets and locks back.
  private void abandon() {
    BoundListeners bound = listeners;
    if (bound != null) {
      bound.close();
    }
  }
}
