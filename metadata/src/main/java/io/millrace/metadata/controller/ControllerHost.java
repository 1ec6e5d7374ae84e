package io.millrace.metadata.controller;

import com.yammer.metrics.core.MetricsRegistry;
import io.millrace.metadata.QuorumSettings;
import io.millrace.metadata.format.NodeIdentity;
import io.millrace.metadata.raft.KafkaTime;
import io.millrace.metadata.raft.RaftHost;
import io.millrace.metadata.raft.RunningClock;
import io.millrace.runtime.Clock;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.token.delegation.internals.DelegationTokenCache;
import org.apache.kafka.controller.BrokerSessions;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.controller.EligibleLeaders;
import org.apache.kafka.controller.QuorumController;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.controller.metrics.QuorumControllerMetrics;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.BrokerRegistrationReply;
import org.apache.kafka.metadata.KafkaConfigSchema;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.placement.StripedReplicaPlacer;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.DefaultSupportedConfigChecker;
import org.apache.kafka.server.config.DelegationTokenManagerConfigs;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.fault.FaultHandler;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hosts Kafka's `QuorumController`: gives it our clock, our randomness, the hosted raft client and
/// this node's configuration.
///
/// The controller brings one thread of its own, its event queue; the simulator puts a queue of its
/// own in that class's place. Its calls may be made from any thread; their futures complete on that
/// queue, so that whoever waits hops to its own loop.
public final class ControllerHost implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ControllerHost.class);

  /// Of a session that is inherited, so much is left at least.
  private static final int LEAST_LEFT_PART = 10;

  private static final ControllerRequestContext NOBODY =
      new ControllerRequestContext(
          new RequestHeaderData(), KafkaPrincipal.ANONYMOUS, OptionalLong.empty());

  private final QuorumController controller;
  private final Reassignments reassignments;
  private final RunningClock clock;
  private final EventLoop loop;
  private final KafkaTime time;
  private final long sessionTimeoutNanos;
  private final MetricsRegistry metrics;
  private final DelegationTokenCache tokens;
  private volatile boolean closed;

  private ControllerHost(
      QuorumController controller,
      RunningClock clock,
      EventLoop loop,
      KafkaTime time,
      long sessionTimeoutNanos,
      MetricsRegistry metrics,
      DelegationTokenCache tokens) {
    this.controller = controller;
    this.reassignments =
        new Reassignments(
            controller,
            (context, partitions) ->
                EligibleLeaders.forgetStrangers(controller, context, partitions));
    this.clock = clock;
    this.loop = loop;
    this.time = time;
    this.sessionTimeoutNanos = sessionTimeoutNanos;
    this.metrics = metrics;
    this.tokens = tokens;
  }

  /// Makes the controller, which registers with the raft client and rests until raft starts.
  ///
  /// @param bootstrap what the first active controller writes into an empty metadata log
  /// @param onFault told, on the controller's thread, of a fault that this node must stop for
  public static ControllerHost open(
      World world,
      QuorumSettings settings,
      NodeIdentity identity,
      RaftHost raft,
      BootstrapMetadata bootstrap,
      BiConsumer<String, Throwable> onFault) {
    AbstractConfig config = settings.config();
    RunningClock clock = new RunningClock(world.clock(), "The controller's process");
    KafkaTime time = KafkaTime.wall(clock);
    KafkaConfigSchema schema = configSchema();
    MetricsRegistry registry = new MetricsRegistry();
    int sessionTimeoutMs = config.getInt(KRaftConfigs.BROKER_SESSION_TIMEOUT_MS_CONFIG);
    DelegationTokenCache tokens = new DelegationTokenCache(ScramMechanism.mechanismNames());
    QuorumController.Builder builder =
        new QuorumController.Builder(identity.nodeId(), identity.clusterId())
            .setTime(time)
            .setThreadNamePrefix("controller-")
            .setConfigSchema(schema)
            .setRaftClient(raft.client())
            .setQuorumFeatures(
                new QuorumFeatures(
                    identity.nodeId(),
                    QuorumFeatures.defaultSupportedFeatureMap(
                        config.getBoolean(ServerConfigs.UNSTABLE_FEATURE_VERSIONS_ENABLE_CONFIG)),
                    new ArrayList<>(settings.staticVoters().keySet())))
            .setDefaultReplicationFactor(
                config.getInt(ReplicationConfigs.DEFAULT_REPLICATION_FACTOR_CONFIG).shortValue())
            .setDefaultNumPartitions(config.getInt(ServerLogConfigs.NUM_PARTITIONS_CONFIG))
            .setReplicaPlacer(
                new StripedReplicaPlacer(Random.from(world.entropy().stream("replica-placer"))))
            .setSessionTimeoutNs(sessionTimeoutMs * 1_000_000L)
            .setLeaderImbalanceCheckIntervalNs(leaderImbalanceCheckNs(config))
            .setMaxIdleIntervalNs(maxIdleNs(config))
            .setMetrics(new QuorumControllerMetrics(Optional.of(registry), time, sessionTimeoutMs))
            .setConfigurationValidator(new ConfigurationRules(config, schema))
            .setSupportedConfigChecker(new DefaultSupportedConfigChecker())
            .setStaticConfig(config.originals())
            .setBootstrapMetadata(bootstrap)
            .setFatalFaultHandler(fatal(onFault))
            .setNonFatalFaultHandler(NON_FATAL)
            .setUncleanLeaderElectionCheckIntervalMs(
                config.getLong(ReplicationConfigs.UNCLEAN_LEADER_ELECTION_INTERVAL_MS_CONFIG))
            .setControllerPerformanceSamplePeriodMs(
                config.getLong(KRaftConfigs.CONTROLLER_PERFORMANCE_SAMPLE_PERIOD_MS))
            .setControllerPerformanceAlwaysLogThresholdMs(
                config.getLong(KRaftConfigs.CONTROLLER_PERFORMANCE_ALWAYS_LOG_THRESHOLD_MS));
    setDelegationTokens(builder, new DelegationTokenManagerConfigs(config), tokens);
    try {
      ControllerHost host =
          new ControllerHost(
              builder.build(),
              clock,
              world.loops().getFirst(),
              time,
              sessionTimeoutMs * 1_000_000L,
              registry,
              tokens);
      host.loop.execute(host::tellThatItRuns);
      return host;
    } catch (Exception e) {
      throw new IllegalStateException("the controller cannot be made", e);
    }
  }

  private static void setDelegationTokens(
      QuorumController.Builder builder,
      DelegationTokenManagerConfigs config,
      DelegationTokenCache tokens) {
    builder
        .setDelegationTokenCache(tokens)
        .setDelegationTokenMaxLifeMs(config.delegationTokenMaxLifeMs())
        .setDelegationTokenExpiryTimeMs(config.delegationTokenExpiryTimeMs())
        .setDelegationTokenExpiryCheckIntervalMs(config.delegationTokenExpiryCheckIntervalMs());
    if (config.tokenAuthEnabled()) {
      builder.setDelegationTokenSecretKey(config.delegationTokenSecretKey().value());
    }
  }

  private static OptionalLong leaderImbalanceCheckNs(AbstractConfig config) {
    return config.getBoolean(ReplicationConfigs.AUTO_LEADER_REBALANCE_ENABLE_CONFIG)
        ? OptionalLong.of(
            config.getLong(ReplicationConfigs.LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS_CONFIG)
                * 1_000_000_000L)
        : OptionalLong.empty();
  }

  private static OptionalLong maxIdleNs(AbstractConfig config) {
    int ms = config.getInt(MetadataLogConfig.METADATA_MAX_IDLE_INTERVAL_MS_CONFIG);
    return ms > 0 ? OptionalLong.of(ms * 1_000_000L) : OptionalLong.empty();
  }

  /// Kafka's definitions of topic and broker settings, and which broker setting a topic setting
  /// inherits from.
  public static KafkaConfigSchema configSchema() {
    Map<ConfigResource.Type, ConfigDef> definitions = new LinkedHashMap<>();
    definitions.put(ConfigResource.Type.BROKER, AbstractKafkaConfig.CONFIG_DEF);
    definitions.put(ConfigResource.Type.TOPIC, LogConfig.configDefCopy());
    return new KafkaConfigSchema(definitions, ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS);
  }

  private static FaultHandler fatal(BiConsumer<String, Throwable> onFault) {
    return (message, cause) -> {
      RuntimeException fault = new IllegalStateException(message, cause);
      onFault.accept("The controller failed: " + message, fault);
      return fault;
    };
  }

  private static final FaultHandler NON_FATAL =
      (message, cause) -> {
        LOG.error("The controller met a fault and goes on: {}", message, cause);
        return new IllegalStateException(message, cause);
      };

  /// As often as the controller looks whose session is over.
  private void tellThatItRuns() {
    if (!closed) {
      long again = sessionTimeoutNanos / 8;
      clock.runs(again);
      loop.schedule(again, this::tellThatItRuns);
    }
  }

  /// The controller's clock, which stands still while this process does: what brokers sent
  /// meanwhile has not been heard yet, so that they are not fenced for its own sleep. Deadlines of
  /// calls count by it.
  public Clock clock() {
    return clock;
  }

  public QuorumController controller() {
    return controller;
  }

  /// How partitions get other replicas.
  public Reassignments reassignments() {
    return reassignments;
  }

  /// Registers a broker, also one that was killed and is back before its session has run out.
  ///
  /// Kafka refuses such a broker (DUPLICATE_BROKER_REGISTRATION) for up to
  /// `broker.session.timeout.ms`, because the former process might still be alive. Where the new
  /// one registers a log directory that the former had, it is not: a directory has one owner at a
  /// time, by its `.lock`.
  ///
  /// @param image the latest, which tells who was registered
  public CompletableFuture<BrokerRegistrationReply> registerBroker(
      ControllerRequestContext context,
      BrokerRegistrationRequestData request,
      MetadataImage image) {
    BrokerRegistration former = image.cluster().broker(request.brokerId());
    if (former == null
        || former.incarnationId().equals(request.incarnationId())
        || former.directories().stream().noneMatch(request.logDirs()::contains)) {
      return controller.registerBroker(context, request);
    }
    // Through the controller's queue, behind the activation that may still wait in it: before that
    // there is no session to end, and it would begin one.
    return controller
        .finalizedFeatures(context)
        .handle((_, _) ->
            BrokerSessions.lastHeard(
                controller, request.brokerId(), former.epoch(), time, 2 * sessionTimeoutNanos))
        .thenCompose(_ -> controller.registerBroker(context, request));
  }

  /// The active controller before this one was silent, and a broker lives in its process: its
  /// session goes on from its last word, where Kafka's begins anew. What is left of it lets a
  /// broker that lives speak to its new controller, which it does as soon as it knows of it. Any
  /// thread.
  ///
  /// @param image the latest, which tells the broker's epoch
  public void inheritSilence(int brokerId, long silentNanos, MetadataImage image) {
    BrokerRegistration broker = image.cluster().broker(brokerId);
    if (broker == null || broker.fenced()) {
      return;
    }
    long ago = Math.min(silentNanos, sessionTimeoutNanos - sessionTimeoutNanos / LEAST_LEFT_PART);
    controller
        .finalizedFeatures(NOBODY)
        .whenComplete(
            (_, _) -> BrokerSessions.lastHeard(controller, brokerId, broker.epoch(), time, ago));
  }

  /// Kafka's controller metrics, by their names there.
  public MetricsRegistry metrics() {
    return metrics;
  }

  /// The delegation tokens that the controller knows.
  public DelegationTokenCache delegationTokens() {
    return tokens;
  }

  /// Ends the controller's queue; calls under way fail. Blocks until its thread has ended.
  @Override
  public void close() {
    closed = true;
    controller.beginShutdown();
    try {
      controller.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    metrics.shutdown();
  }
}
