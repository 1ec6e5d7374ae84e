package io.millrace.coordination;

import com.yammer.metrics.core.MetricsRegistry;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.apache.kafka.coordinator.common.runtime.KRaftCoordinatorMetadataDelta;
import org.apache.kafka.coordinator.common.runtime.KRaftCoordinatorMetadataImage;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard;
import org.apache.kafka.coordinator.group.GroupCoordinatorShard.DeletedTopic;
import org.apache.kafka.coordinator.group.GroupServiceBridge;
import org.apache.kafka.coordinator.group.metrics.GroupCoordinatorMetrics;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.image.LocalReplicaChanges;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicDelta;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsDelta;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.share.persister.NoOpStatePersister;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node's group coordinator: Kafka's service over this room's adapters, following the metadata.
///
/// ```
///  made --start(image)--> serving --close()--> closed
/// ```
///
/// While it serves, [#onImage] makes it load the shards of the `__consumer_offsets` partitions that
/// this node comes to lead and unload those that it loses. `start`, `onImage` and `close` are
/// called one after the other, on the metadata loop; the service's methods may be called on any
/// thread, do not wait, and answer on the shard's loop.
public final class GroupCoordinatorHost implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCoordinatorHost.class);

  private final int nodeId;
  private final GroupCoordinatorConfig config;
  private final GroupConfigManager groupConfigs;
  private final CoordinatorRuntime<GroupCoordinatorShard, CoordinatorRecord> runtime;
  private final GroupCoordinatorService service;
  private boolean serving;
  private volatile MetadataImage newest = MetadataImage.EMPTY;

  /// @param current the node's configuration as of now, with Kafka's keys; some may change while
  ///   the node runs
  /// @param shardLoops where the shards live; any of them may have several
  public GroupCoordinatorHost(
      World world,
      int nodeId,
      Supplier<? extends AbstractConfig> current,
      List<EventLoop> shardLoops,
      CoordinatorLogs logs) {
    AbstractConfig config = new LiveConfig(current);
    this.nodeId = nodeId;
    this.config = new GroupCoordinatorConfig(config);
    ShareGroupConfig shareConfig = new ShareGroupConfig(config);
    this.groupConfigs =
        new GroupConfigManager(
            this.config.extractGroupConfigMap(shareConfig), this.config, shareConfig);
    WorldTime time = new WorldTime(world.clock());
    ShardLoops loops = new ShardLoops(shardLoops);
    ShardTimer timer = new ShardTimer(world.clock(), shardLoops.getFirst());
    GroupCoordinatorMetrics metrics =
        new GroupCoordinatorMetrics(new MetricsRegistry(), new Metrics(time));
    GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    String prefix = "GroupCoordinator id=" + nodeId;
    LogContext logContext = new LogContext("[" + prefix + "] ");
    this.runtime =
        new CoordinatorRuntime.Builder<GroupCoordinatorShard, CoordinatorRecord>()
            .withLogPrefix(prefix)
            .withLogContext(logContext)
            .withTime(time)
            .withTimer(timer)
            .withEventProcessor(loops)
            .withPartitionWriter(new LogWriter(logs, new LostTimers(loops, this::setTimers)))
            .withLoader(
                new ReplayLoader(
                    logs,
                    loops,
                    world.workers(),
                    time,
                    new PastAssignments(serde, time),
                    this.config.offsetsLoadBufferSize()))
            .withCoordinatorShardBuilderSupplier(() ->
                new GroupCoordinatorShard.Builder(this.config, groupConfigs)
                    .withAuthorizerPlugin(Optional.empty()))
            .withWriteTimeout(Duration.ofMillis(this.config.offsetCommitTimeoutMs()))
            .withCoordinatorRuntimeMetrics(new QuietRuntimeMetrics())
            .withCoordinatorMetrics(metrics)
            .withSerializer(serde)
            .withCompression(Compression.of(this.config.offsetTopicCompressionType()).build())
            .withAppendLingerMs(this.config.appendLingerMs())
            .withExecutorService(new WorkerService(world.workers()))
            .withCachedBufferMaxBytesSupplier(this.config::cachedBufferMaxBytes)
            .build();
    this.service =
        GroupServiceBridge.service(
            logContext,
            this.config,
            runtime,
            metrics,
            groupConfigs,
            new NoOpStatePersister(),
            timer,
            new NoPartitionEnds());
  }

  /// What the group handlers call. Answers COORDINATOR_NOT_AVAILABLE before [#start].
  public GroupCoordinator service() {
    return service;
  }

  public GroupCoordinatorConfig config() {
    return config;
  }

  /// The settings of single groups, as the metadata has them.
  public GroupConfigManager groupConfigs() {
    return groupConfigs;
  }

  /// Begins to serve. The number of partitions that groups are spread over is that of the offsets
  /// topic, or of the configuration while there is none; it stays the same until the node restarts.
  public void start(MetadataImage image) {
    TopicImage offsets = image.topics().getTopic(Topic.GROUP_METADATA_TOPIC_NAME);
    int partitions =
        offsets == null ? config.offsetsTopicPartitions() : offsets.partitions().size();
    service.startup(() -> partitions);
    serving = true;
  }

  /// Follows the metadata. To be called when the partitions have followed already, so that a
  /// partition which the image gives to this node can be read.
  public void onImage(MetadataDelta delta, MetadataImage image) {
    if (!serving) {
      return;
    }
    newest = image;
    TopicsDelta topics = delta.topicsDelta();
    if (topics != null) {
      followLeadership(topics, image);
    }
    followGroupConfigs(delta, image);
    List<DeletedTopic> deleted = topics == null ? List.of() : deletedTopics(topics);
    if (deleted.isEmpty()) {
      service.onMetadataUpdate(delta, image);
    } else {
      onTopicsDeleted(deleted, delta, image);
    }
  }

  /// Unloads every shard; what waits is answered with NOT_COORDINATOR.
  @Override
  public void close() {
    if (serving) {
      serving = false;
      service.shutdown();
    }
  }

  private CompletableFuture<Void> setTimers(TopicPartition shard) {
    return runtime.scheduleWriteOperation(
        "set-timers",
        shard,
        state -> {
          // The newest image: what has changed since the shard's own is still to be told to it.
          state.onLoaded(new KRaftCoordinatorMetadataImage(newest));
          return new CoordinatorResult<>(List.of());
        });
  }

  private boolean ledBefore(TopicsDelta topics, int partition) {
    TopicImage before = topics.image().getTopic(Topic.GROUP_METADATA_TOPIC_NAME);
    PartitionRegistration known = before == null ? null : before.partitions().get(partition);
    return known != null && known.leader == nodeId;
  }

  private void followLeadership(TopicsDelta topics, MetadataImage image) {
    if (topics.topicWasDeleted(Topic.GROUP_METADATA_TOPIC_NAME)) {
      TopicImage before = topics.image().getTopic(Topic.GROUP_METADATA_TOPIC_NAME);
      if (before != null) {
        new TreeMap<>(before.partitions())
            .forEach((partition, registration) -> {
              if (registration.leader == nodeId) {
                service.onResignation(partition, OptionalInt.empty());
              }
            });
      }
    }
    TopicImage offsets = image.topics().getTopic(Topic.GROUP_METADATA_TOPIC_NAME);
    TopicDelta changed = offsets == null ? null : topics.changedTopic(offsets.id());
    if (changed != null) {
      LocalReplicaChanges changes = changed.localChanges(nodeId);
      changes.deletes().stream()
          .map(partition -> partition.partition())
          .sorted()
          .forEach(partition -> service.onResignation(partition, OptionalInt.empty()));
      byPartition(changes.electedLeaders())
          .forEach((partition, epoch) -> {
            // Led before and after: another may have led, and written, in between.
            if (ledBefore(topics, partition)) {
              service.onResignation(partition, OptionalInt.of(epoch));
            }
            service.onElection(partition, epoch);
          });
      byPartition(changes.followers())
          .forEach((partition, epoch) -> service.onResignation(partition, OptionalInt.of(epoch)));
    }
  }

  private static TreeMap<Integer, Integer> byPartition(
      Map<TopicPartition, LocalReplicaChanges.PartitionInfo> changes) {
    TreeMap<Integer, Integer> epochs = new TreeMap<>();
    changes.forEach(
        (partition, info) -> epochs.put(partition.partition(), info.partition().leaderEpoch));
    return epochs;
  }

  private void followGroupConfigs(MetadataDelta delta, MetadataImage image) {
    if (delta.configsDelta() == null) {
      return;
    }
    TreeMap<String, Properties> changed = new TreeMap<>();
    for (ConfigResource resource : delta.configsDelta().changes().keySet()) {
      if (resource.type() == ConfigResource.Type.GROUP) {
        changed.put(resource.name(), image.configs().configProperties(resource));
      }
    }
    changed.forEach((group, properties) -> {
      try {
        service.updateGroupConfig(group, properties);
      } catch (RuntimeException e) {
        LOG.error("The configuration of group {} is not usable and is ignored.", group, e);
      }
    });
  }

  private static List<DeletedTopic> deletedTopics(TopicsDelta topics) {
    TreeMap<Uuid, String> names = new TreeMap<>();
    for (Uuid id : topics.deletedTopicIds()) {
      TopicImage topic = topics.image().getTopic(id);
      if (topic != null) {
        names.put(id, topic.name());
      }
    }
    List<DeletedTopic> deleted = new ArrayList<>();
    names.forEach((id, name) -> deleted.add(new DeletedTopic(id, name)));
    return deleted;
  }

  /// The service would wait for the commit of every deleted offset, on the metadata loop, which is
  /// a standstill at best. So it gets an empty delta (all it keeps is the image), and the runtime
  /// gets the real one and the deletions from here.
  private void onTopicsDeleted(
      List<DeletedTopic> deleted, MetadataDelta delta, MetadataImage image) {
    service.onMetadataUpdate(new MetadataDelta.Builder().setImage(image).build(), image);
    runtime.onMetadataUpdate(
        new KRaftCoordinatorMetadataDelta(delta), new KRaftCoordinatorMetadataImage(image));
    runtime
        .<Void>scheduleWriteAllOperation(
            "on-topics-deleted", shard -> shard.onTopicsDeleted(deleted))
        .forEach(written ->
            written.exceptionally(e -> {
              LOG.error("Could not delete the offsets of deleted topics {}.", deleted, e);
              return null;
            }));
  }
}
