package io.millrace.metadata;

import io.millrace.metadata.balance.AutomaticBalancer;
import io.millrace.metadata.balance.BalancerSettings;
import io.millrace.metadata.broker.BrokerIdentity;
import io.millrace.metadata.broker.BrokerLifecycle;
import io.millrace.metadata.broker.ProducerIds;
import io.millrace.metadata.controller.ActiveController;
import io.millrace.metadata.controller.ControllerChannel;
import io.millrace.metadata.controller.ControllerHost;
import io.millrace.metadata.controller.ControllerLocator;
import io.millrace.metadata.controller.ControllerOrders;
import io.millrace.metadata.controller.ControllerRegistrar;
import io.millrace.metadata.controller.LocalController;
import io.millrace.metadata.evidence.BrokerEvidence;
import io.millrace.metadata.evidence.InheritedSilence;
import io.millrace.metadata.evidence.LeaderEvidence;
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
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.jspecify.annotations.Nullable;

/// One node's share of the control plane, assembled: every node follows the metadata log; a
/// controller votes in its quorum and hosts a controller; a broker keeps itself registered. Opened
/// once, started once, closed once, by the node's assembly; the accessors may be used from any
/// thread.
public final class QuorumNode {

  /// What a node has that is a controller.
  ///
  /// @param host the controller, active or not
  /// @param registrar keeps it registered
  /// @param brokers fences those that died, while this controller is the active one
  /// @param leader replaces one that died, while another controller is
  /// @param silence goes on with the silence of the active controller before this one
  /// @param balancer moves replicas, while this controller is the active one; null when nobody
  ///   wants it to
  private record ControllerRole(
      ControllerHost host,
      ControllerRegistrar registrar,
      BrokerEvidence brokers,
      LeaderEvidence leader,
      InheritedSilence silence,
      @Nullable AutomaticBalancer balancer) {

    void stop() {
      registrar.stop();
      brokers.stop();
      leader.stop();
      if (balancer != null) {
        balancer.stop();
      }
    }
  }

  /// What a node has that is a broker.
  ///
  /// @param lifecycle keeps it registered
  /// @param producerIds what it gives to producers
  private record BrokerRole(BrokerLifecycle lifecycle, ProducerIds producerIds) {}

  private final World world;
  private final EventLoop metadataLoop;
  private final EventLoop controlLoop;
  private final RaftHost raft;
  private final ActiveController channel;
  private final ImagePublisher publisher;
  private final SnapshotSchedule snapshots;
  private final @Nullable ControllerRole controller;
  private final @Nullable BrokerRole broker;
  private final ControllerLocator locator;

  private QuorumNode(
      World world,
      QuorumSettings settings,
      NodeIdentity identity,
      QuorumEndpoints endpoints,
      long previousBrokerEpoch,
      BiConsumer<String, Throwable> onFault)
      throws IOException {
    this.world = world;
    AbstractConfig config = settings.config();
    metadataLoop = world.dedicatedLoop("metadata");
    controlLoop = world.loops().getFirst();
    int heartbeatMs = config.getInt(KRaftConfigs.BROKER_HEARTBEAT_INTERVAL_MS_CONFIG);
    raft = RaftHost.open(world, settings, identity, endpoints, onFault);
    // The order in which these three register with the raft client matters: ActiveController.
    ControllerHost host =
        settings.isController()
            ? ControllerHost.open(
                world,
                settings,
                identity,
                raft,
                BootstrapFile.read(world.disk(), identity.metadataDirectory()),
                onFault)
            : null;
    publisher =
        new ImagePublisher(
            metadataLoop,
            KafkaTime.wall(world.clock()),
            identity.nodeId(),
            raft.client()::highWatermark,
            raft.client()::kraftVersion,
            new DefaultSupportedConfigChecker(),
            onFault);
    locator = new KnownVoters(raft, settings.controllerListenerName(), publisher::image);
    channel =
        new ActiveController(
            world,
            controlLoop,
            identity.nodeId(),
            host == null
                ? null
                : new LocalController(host, publisher::image, identity.nodeId(), heartbeatMs),
            locator);
    raft.client().register(publisher);
    raft.client().register(channel);
    snapshots = new SnapshotSchedule(world, metadataLoop, raft, config);
    controller =
        host == null
            ? null
            : new ControllerRole(
                host,
                registrar(world, config, identity, endpoints),
                new BrokerEvidence(
                    world,
                    controlLoop,
                    identity.nodeId(),
                    settings.interBrokerListenerName(),
                    channel),
                new LeaderEvidence(world, controlLoop, identity.nodeId(), raft, locator),
                new InheritedSilence(identity.nodeId(), raft, host),
                balancer(world, settings, identity, host));
    broker =
        settings.isBroker()
            ? brokerRole(world, config, identity, endpoints, previousBrokerEpoch)
            : null;
  }

  private @Nullable AutomaticBalancer balancer(
      World world, QuorumSettings quorum, NodeIdentity identity, ControllerHost host) {
    AbstractConfig config = quorum.config();
    BalancerSettings settings = BalancerSettings.of(config.originals());
    return settings.mode() == BalancerSettings.Mode.OFF
        ? null
        : new AutomaticBalancer(
            world,
            metadataLoop,
            identity.nodeId(),
            settings,
            config.getBoolean(ReplicationConfigs.AUTO_LEADER_REBALANCE_ENABLE_CONFIG),
            config.getLong(ServerLogConfigs.LOG_DELETE_DELAY_MS_CONFIG),
            quorum.interBrokerListenerName(),
            new ControllerOrders(host.controller(), host.reassignments()));
  }

  private static boolean unstable(AbstractConfig config) {
    return config.getBoolean(ServerConfigs.UNSTABLE_FEATURE_VERSIONS_ENABLE_CONFIG);
  }

  private ControllerRegistrar registrar(
      World world, AbstractConfig config, NodeIdentity identity, QuorumEndpoints endpoints) {
    return new ControllerRegistrar(
        controlLoop, channel, identity.nodeId(), id(world), endpoints, unstable(config));
  }

  private BrokerRole brokerRole(
      World world,
      AbstractConfig config,
      NodeIdentity identity,
      QuorumEndpoints endpoints,
      long previousBrokerEpoch) {
    BrokerLifecycle lifecycle =
        new BrokerLifecycle(
            controlLoop,
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
                unstable(config)),
            config.getInt(KRaftConfigs.BROKER_HEARTBEAT_INTERVAL_MS_CONFIG));
    return new BrokerRole(
        lifecycle,
        new ProducerIds(controlLoop, channel, identity.nodeId(), lifecycle::brokerEpoch));
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
    if (controller != null) {
      publisher.add(controller.registrar());
      publisher.add(controller.brokers());
      publisher.add(controller.leader());
      publisher.add(controller.silence());
      if (controller.balancer() != null) {
        publisher.add(controller.balancer());
      }
    }
    if (broker != null) {
      publisher.add(broker.lifecycle());
    }
    raft.start();
    if (broker != null) {
      broker.lifecycle().start();
    }
  }

  private ControllerRole controllerRole() {
    if (controller == null) {
      throw new IllegalStateException("this node is no controller");
    }
    return controller;
  }

  private BrokerRole brokerRole() {
    if (broker == null) {
      throw new IllegalStateException("this node is no broker");
    }
    return broker;
  }

  /// The controller hosted here; it answers NOT_CONTROLLER while it is not the active one. Only on
  /// a controller.
  public Controller controller() {
    return controllerRole().host().controller();
  }

  /// The host of [#controller], for registrations, metrics and delegation tokens. Only on a
  /// controller.
  public ControllerHost controllerHost() {
    return controllerRole().host();
  }

  /// Takes in the quorum's requests that arrive at a controller listener.
  public RaftHost raft() {
    return raft;
  }

  /// The way to the active controller for this node's own requests.
  public ControllerChannel controllerChannel() {
    return channel;
  }

  /// Where the controllers of the quorum are.
  public ControllerLocator controllers() {
    return locator;
  }

  /// The latest published image; empty before the first.
  public MetadataImage image() {
    return publisher.image();
  }

  /// The latest published image behind Kafka's query interface.
  public KRaftMetadataCache cache() {
    return publisher.cache();
  }

  /// Only on a broker.
  public BrokerLifecycle lifecycle() {
    return brokerRole().lifecycle();
  }

  /// [BrokerLifecycle#retractCleanStop]. Only on a broker.
  public void retractCleanStop() {
    lifecycle().retractCleanStop(id(world));
  }

  /// Only on a broker.
  public ProducerIds producerIds() {
    return brokerRole().producerIds();
  }

  /// The epoch of this broker's registration; −1 before there is one, and on a node that is only a
  /// controller.
  public long brokerEpoch() {
    return broker == null ? -1 : broker.lifecycle().brokerEpoch();
  }

  /// Stops the lifecycle, the image, its snapshots, raft and the controller, in this order, and
  /// closes the log. A controlled shutdown comes before, if there is to be one.
  ///
  /// @param onStopped runs once everything has ended, on a loop of this node
  public void stop(Runnable onStopped) {
    if (broker != null) {
      broker.lifecycle().close();
    }
    if (controller != null) {
      controller.stop();
    }
    channel.close();
    publisher.stop(() ->
        snapshots.stop(() ->
            raft.stop(() -> {
              if (controller != null) {
                controller.host().close();
              }
              onStopped.run();
            })));
  }
}
