package io.millrace.server;

import io.millrace.coordination.GroupCoordinatorHost;
import io.millrace.coordination.PartitionLogs;
import io.millrace.log.Integrity;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectory;
import io.millrace.log.LogEnvironment;
import io.millrace.metadata.ImageListener;
import io.millrace.metadata.QuorumNode;
import io.millrace.replication.ControllerReports;
import io.millrace.replication.Partitions;
import io.millrace.replication.ReplicationSettings;
import io.millrace.replication.ThrottledReplicas;
import io.millrace.replication.TopicSettings;
import io.millrace.replication.TopicTable;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.server.api.PublishedCluster;
import io.millrace.server.config.ConfigView;
import io.millrace.server.config.KafkaValues;
import io.millrace.server.request.ApiTable;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import java.util.function.BiConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.jspecify.annotations.Nullable;

/// The broker in a node: its partitions, its share of the group coordinator, and when it may be
/// seen by clients.
///
/// ```
///  first image → load partitions ─┐
///  registered, metadata read ─────┴→ asks to be unfenced → the image shows it unfenced → serving
/// ```
///
/// What is remembered for that belongs to the duty loop; the gate to the `metadata` loop.
final class BrokerAssembly {

  private static final int RECOVERY_BUFFER_BYTES = 1 << 20;

  private final ConfigView configs;
  private final LogDirectories directories;
  private final QuorumNode quorum;
  private final EventLoop dutyLoop;
  private final World world;
  private final BiConsumer<String, Throwable> onFault;
  private final Partitions partitions;
  private final GroupCoordinatorHost groups;

  // On the duty loop.
  private boolean loaded;
  private boolean caughtUp;
  private boolean stopping;

  /// All logs are open, and the broker asks to be unfenced.
  private volatile boolean opened;

  /// @param onServing runs on the `metadata` loop with the image that shows this broker unfenced
  BrokerAssembly(
      World world,
      ConfigView configs,
      LogDirectories directories,
      QuorumNode quorum,
      PublishedCluster published,
      EventLoop dutyLoop,
      BiConsumer<String, Throwable> onFault,
      Runnable onServing) {
    this.configs = configs;
    this.directories = directories;
    this.quorum = quorum;
    this.dutyLoop = dutyLoop;
    this.world = world;
    this.onFault = onFault;
    int nodeId = configs.node().nodeId();
    CoordinatorFollower coordinator = new CoordinatorFollower();
    ControllerReports reports =
        new ControllerReports(
            nodeId, quorum.lifecycle()::brokerEpoch, quorum.controllerChannel(), dutyLoop);
    partitions =
        new Partitions(
            nodeId,
            directories,
            new LogEnvironment(
                world,
                new LoggedReports(directories),
                () -> configs.current().values().getInt("producer.id.expiration.ms"),
                RECOVERY_BUFFER_BYTES),
            this::settings,
            replication(configs.node().values()),
            configs.node().listeners().interBroker().value(),
            quorum.lifecycle()::brokerEpoch,
            reports,
            quorum.metadataLoop(),
            dutyLoop,
            failure -> dutyLoop.execute(() -> onLoaded(failure)),
            List.of(coordinator, published, new ServingGate(nodeId, onServing)));
    groups =
        new GroupCoordinatorHost(
            world,
            nodeId,
            () -> configs.current().values(),
            world.loops(),
            new PartitionLogs(partitions));
    coordinator.follow(groups);
    directories.cordon(cordoned(configs.current().values()));
    configs.addListener((_, now) -> {
      List<LogDirectory> cordoned = cordoned(now.values());
      directories.cordon(cordoned);
      quorum.lifecycle().cordon(cordoned.stream().map(LogDirectory::id).toList());
    });
  }

  /// The directories that `cordoned.log.dirs` names.
  private List<LogDirectory> cordoned(KafkaValues values) {
    List<String> names = values.getList(ServerLogConfigs.CORDONED_LOG_DIRS_CONFIG);
    boolean all = names.contains(ServerLogConfigs.CORDONED_LOG_DIRS_ALL);
    return directories.directories().stream()
        .filter(directory -> all || names.contains(directory.path().toString()))
        .toList();
  }

  /// The APIs that clients may ask this broker for.
  ApiTable apis(NodeApis apis) {
    return apis.broker(partitions, groups);
  }

  /// Sees every image first of the broker's rooms.
  ImageListener follower() {
    return partitions;
  }

  /// What this broker hosts. Any thread.
  TopicTable hosted() {
    return partitions.table();
  }

  /// Before the quorum is started.
  void begin() {
    quorum.lifecycle().whenCaughtUp(() -> dutyLoop.execute(this::onCaughtUp));
    quorum.lifecycle().onRegistration(() -> world.workers().execute(this::noteRegistration));
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
        values.getInt("replica.socket.timeout.ms"),
        values.getInt("replication.quota.window.num")
            * values.getInt("replication.quota.window.size.seconds"),
        values.getInt("alter.log.dirs.replication.quota.window.num")
            * values.getInt("alter.log.dirs.replication.quota.window.size.seconds"),
        values.getInt("metadata.max.idle.interval.ms"));
  }

  private TopicSettings settings(MetadataImage image, String topic) {
    var stored =
        image.configs().configProperties(new ConfigResource(ConfigResource.Type.TOPIC, topic));
    String minIsr = stored.getProperty(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG);
    return new TopicSettings(
        configs.current().logConfig(stored),
        minIsr != null
            ? Integer.parseInt(minIsr)
            : configs.current().values().getInt(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG),
        throttled(stored, QuotaConfig.LEADER_REPLICATION_THROTTLED_REPLICAS_CONFIG),
        throttled(stored, QuotaConfig.FOLLOWER_REPLICATION_THROTTLED_REPLICAS_CONFIG));
  }

  private ThrottledReplicas throttled(Properties topic, String key) {
    String value = topic.getProperty(key);
    return value == null
        ? ThrottledReplicas.NONE
        : ThrottledReplicas.parse(value, configs.node().nodeId());
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
    private final Runnable onServing;
    private boolean open;

    ServingGate(int nodeId, Runnable onServing) {
      this.nodeId = nodeId;
      this.onServing = onServing;
    }

    @Override
    public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
      BrokerRegistration self = image.cluster().broker(nodeId);
      boolean unfenced = self != null && !self.fenced() && self.epoch() == quorum.brokerEpoch();
      if (unfenced && !open) {
        open = true;
        onServing.run();
      }
    }
  }

  private void onLoaded(@Nullable IOException failure) {
    if (failure != null) {
      onFault.accept("The logs cannot be loaded", failure);
      return;
    }
    loaded = true;
    if (directories.logs().stream()
        .anyMatch(hosted -> hosted.log().integrity() != Integrity.WHOLE)) {
      quorum.retractCleanStop();
    }
    directories.start(dutyLoop);
    maybeReady();
  }

  private void onCaughtUp() {
    caughtUp = true;
    maybeReady();
  }

  private void maybeReady() {
    if (loaded && caughtUp && !stopping) {
      world.workers().execute(this::getReady);
    }
  }

  /// On a worker.
  private void getReady() {
    // Written down before there is anything to acknowledge.
    opened = true;
    noteRegistration();
    // Once it is unfenced and in sync, the others' clients wait for it. A broker alone has nobody
    // to spare, only a start to prolong.
    if (quorum.image().cluster().brokers().size() > 1) {
      world.tidyUp();
    }
    quorum.lifecycle().readyToUnfence();
  }

  /// On a worker. That it has registered again is no news to logs that are not open yet.
  private void noteRegistration() {
    if (opened) {
      directories.noteBrokerEpoch(quorum.lifecycle().brokerEpoch());
    }
  }

  /// The partitions of a log directory that failed go offline. Any thread.
  void onOffline(LogDirectory directory) {
    partitions.onOffline(directory);
  }

  /// Tells the controller of it. Any thread.
  void directoryFailed(LogDirectory directory) {
    quorum.lifecycle().directoryFailed(directory.id());
  }

  /// It does not ask to be unfenced any more, and prepares to leave. On the duty loop.
  void beginStop() {
    stopping = true;
    partitions.depart();
  }

  /// Serves nothing any more. On the duty loop.
  void close() {
    groups.close();
    partitions.stopServing();
  }
}
