package io.millrace.metadata;

import io.millrace.metadata.broker.BrokerIdentity;
import io.millrace.metadata.broker.BrokerLifecycle;
import io.millrace.metadata.broker.ProducerIds;
import io.millrace.metadata.controller.ActiveController;
import io.millrace.metadata.controller.ControllerChannel;
import io.millrace.metadata.controller.ControllerHost;
import io.millrace.metadata.controller.ControllerRegistrar;
import io.millrace.metadata.format.BootstrapFile;
import io.millrace.metadata.format.NodeIdentity;
import io.millrace.metadata.raft.KafkaTime;
import io.millrace.metadata.raft.RaftHost;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.server.config.DefaultSupportedConfigChecker;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;

/// One node's share of the control plane, assembled. Opened once, started once, closed once, by the
/// node's assembly; the accessors may be used from any thread.
public final class QuorumNode {

  private final EventLoop metadataLoop;
  private final RaftHost raft;
  private final ControllerHost controller;
  private final ActiveController channel;
  private final ImagePublisher publisher;
  private final SnapshotSchedule snapshots;
  private final ControllerRegistrar registrar;
  private final BrokerLifecycle lifecycle;
  private final ProducerIds producerIds;

  private QuorumNode(
      World world,
      QuorumSettings settings,
      NodeIdentity identity,
      QuorumEndpoints endpoints,
      long previousBrokerEpoch,
      BiConsumer<String, Throwable> onFault)
      throws IOException {
    AbstractConfig config = settings.config();
    metadataLoop = world.dedicatedLoop("metadata");
    EventLoop lifecycleLoop = world.loops().getFirst();
    int heartbeatMs = config.getInt(KRaftConfigs.BROKER_HEARTBEAT_INTERVAL_MS_CONFIG);
    boolean unstable = config.getBoolean(ServerConfigs.UNSTABLE_FEATURE_VERSIONS_ENABLE_CONFIG);
    raft = RaftHost.open(world, settings, identity, endpoints, onFault);
    // The order in which these three register with the raft client matters: ActiveController.
    controller =
        ControllerHost.open(
            world,
            settings,
            identity,
            raft,
            BootstrapFile.read(world.disk(), identity.metadataDirectory()),
            onFault);
    publisher =
        new ImagePublisher(
            metadataLoop,
            KafkaTime.wall(world.clock()),
            identity.nodeId(),
            raft.client()::highWatermark,
            raft.client()::kraftVersion,
            new DefaultSupportedConfigChecker(),
            onFault);
    channel =
        new ActiveController(world, identity.nodeId(), controller, publisher::image, heartbeatMs);
    raft.client().register(publisher);
    raft.client().register(channel);
    snapshots = new SnapshotSchedule(world, metadataLoop, raft, config);
    registrar =
        new ControllerRegistrar(
            lifecycleLoop, channel, identity.nodeId(), id(world), endpoints, unstable);
    lifecycle =
        new BrokerLifecycle(
            lifecycleLoop,
            channel,
            new BrokerIdentity(
                identity.clusterId(),
                identity.nodeId(),
                id(world),
                endpoints.broker(),
                List.copyOf(identity.directoryIds().values()),
                cordoned(config, identity),
                config.getString(ServerConfigs.BROKER_RACK_CONFIG),
                previousBrokerEpoch,
                unstable),
            heartbeatMs);
    producerIds =
        new ProducerIds(lifecycleLoop, channel, identity.nodeId(), lifecycle::brokerEpoch);
  }

  /// Opens `__cluster_metadata-0` (with recovery: blocks for the disk) and builds everything;
  /// nothing runs before [#start].
  ///
  /// @param previousBrokerEpoch from the clean-shutdown file, −1 without one
  /// @param onFault told, from any thread, of a fault that this node must stop for
  /// @throws IOException when the metadata log cannot be opened
  public static QuorumNode open(
      World world,
      QuorumSettings settings,
      NodeIdentity identity,
      QuorumEndpoints endpoints,
      long previousBrokerEpoch,
      BiConsumer<String, Throwable> onFault)
      throws IOException {
    if (!settings.isController() || !settings.isBroker()) {
      throw new IllegalArgumentException(
          "process.roles="
              + String.join(",", settings.config().getList(KRaftConfigs.PROCESS_ROLES_CONFIG))
              + ": a node has to be broker and controller for now");
    }
    return new QuorumNode(world, settings, identity, endpoints, previousBrokerEpoch, onFault);
  }

  private static Uuid id(World world) {
    UUID random = world.entropy().uuid();
    return new Uuid(random.getMostSignificantBits(), random.getLeastSignificantBits());
  }

  private static List<Uuid> cordoned(AbstractConfig config, NodeIdentity identity) {
    List<String> names = config.getList(ServerLogConfigs.CORDONED_LOG_DIRS_CONFIG);
    boolean all = names.contains(ServerLogConfigs.CORDONED_LOG_DIRS_ALL);
    List<Uuid> ids = new ArrayList<>();
    identity
        .directoryIds()
        .forEach((path, id) -> {
          if (all || names.contains(path.toString())) {
            ids.add(id);
          }
        });
    return ids;
  }

  /// The loop that images are published on.
  public EventLoop metadataLoop() {
    return metadataLoop;
  }

  /// Adds a listener; only before [#start].
  public void addListener(ImageListener listener) {
    publisher.add(listener);
  }

  /// Starts raft, controller, image and lifecycle. Returns at once.
  public void start() {
    // Last, so that what they report is what every other listener has already applied.
    publisher.add(snapshots);
    publisher.add(registrar);
    publisher.add(lifecycle);
    raft.start();
    lifecycle.start();
  }

  /// The controller hosted here; it answers NOT_CONTROLLER while it is not the active one.
  public Controller controller() {
    return controller.controller();
  }

  /// The host of [#controller], for metrics and delegation tokens.
  public ControllerHost controllerHost() {
    return controller;
  }

  /// Takes in the quorum's requests that arrive at a controller listener.
  public RaftHost raft() {
    return raft;
  }

  /// The way to the active controller for this node's own requests.
  public ControllerChannel controllerChannel() {
    return channel;
  }

  /// The latest published image; empty before the first.
  public MetadataImage image() {
    return publisher.image();
  }

  /// The latest published image behind Kafka's query interface.
  public KRaftMetadataCache cache() {
    return publisher.cache();
  }

  public BrokerLifecycle lifecycle() {
    return lifecycle;
  }

  public ProducerIds producerIds() {
    return producerIds;
  }

  /// Stops the lifecycle, the image, raft and the controller, in this order, and closes the log. A
  /// controlled shutdown comes before, if there is to be one.
  ///
  /// @param onStopped runs once everything has ended, on a loop of this node
  public void stop(Runnable onStopped) {
    lifecycle.close();
    registrar.stop();
    publisher.stop(() ->
        raft.stop(() -> {
          controller.close();
          onStopped.run();
        }));
  }
}
