package io.millrace.replication;

import io.millrace.log.HostedLog;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectory;
import io.millrace.log.LogEnvironment;
import io.millrace.log.segment.RottenRange;
import io.millrace.metadata.ImageListener;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.ClusterImage;
import org.apache.kafka.image.ConfigurationsDelta;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicDelta;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.image.TopicsDelta;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All partitions of this broker: a function of the metadata image.
///
/// Changes come on the metadata loop, one image at a time, and are complete (files created, leaders
/// leading) before the image is shown to clients, so that the metadata never names a leader here
/// that does not serve yet. The first image loads the logs; images that arrive meanwhile wait for
/// that. Readers take the [TopicTable].
public final class Partitions implements ImageListener, ReplicaHost, FetcherHost {

  private static final Logger LOG = LoggerFactory.getLogger(Partitions.class);

  private final int brokerId;
  private final LogDirectories directories;
  private final LogEnvironment environment;
  private final TopicSettings.Source settings;
  private final ControllerReports reports;
  private final EventLoop reportLoop;
  private final ReplicationSettings replication;
  private final String interBrokerListener;
  private final LongSupplier brokerEpoch;
  private final ReplicationQuotas quotas;
  private final DirectoryMoves moves;
  private final RotRepairs repairs;
  private volatile TopicTable table = TopicTable.EMPTY;
  private volatile ClusterImage cluster = ClusterImage.EMPTY;
  private volatile boolean stopped;

  /// Whether a controlled shutdown is under way.
  private volatile boolean departing;

  /// When the last committed metadata was followed.
  private volatile long newsNanos;

  /// On the metadata loop.
  private final ReplicaFetchers fetchers = new ReplicaFetchers(this);

  // On the metadata loop.
  private final ArrayDeque<Runnable> waitingForLoad = new ArrayDeque<>();
  private boolean loadStarted;
  private boolean loaded;

  private final PlacementReports placements;
  private final LogStarts logStarts;
  private final EventLoop metadataLoop;
  private final LoadListener loadListener;
  private final List<ImageListener> followers;

  /// Told once, on the metadata loop, when the logs are loaded and the first image is applied.
  @FunctionalInterface
  public interface LoadListener {
    /// @param failure null when all went well
    void onLoaded(@Nullable IOException failure);
  }

  /// @param interBrokerListener `inter.broker.listener.name`: where leaders are fetched from
  /// @param brokerEpoch of this incarnation, negative while it is not registered
  /// @param metadataLoop where images arrive
  /// @param reportLoop where reports to the controller are prepared and repeated
  /// @param followers see each image when the partitions have followed it
  public Partitions(
      int brokerId,
      LogDirectories directories,
      LogEnvironment environment,
      TopicSettings.Source settings,
      ReplicationSettings replication,
      String interBrokerListener,
      LongSupplier brokerEpoch,
      ControllerReports reports,
      EventLoop metadataLoop,
      EventLoop reportLoop,
      LoadListener loadListener,
      List<ImageListener> followers) {
    this.brokerId = brokerId;
    this.directories = directories;
    this.environment = environment;
    this.settings = settings;
    this.replication = replication;
    this.quotas = new ReplicationQuotas(environment.world().clock(), replication);
    this.placements = new PlacementReports(reports);
    this.moves =
        new DirectoryMoves(
            directories, environment, quotas.directories(), reportLoop, placements::report);
    this.repairs =
        new RotRepairs(
            this, partition -> table.partition(partition), directories.scrubber().figures());
    directories.scrubber().listen(repairs);
    this.interBrokerListener = interBrokerListener;
    this.brokerEpoch = brokerEpoch;
    this.reports = reports;
    this.metadataLoop = metadataLoop;
    this.reportLoop = reportLoop;
    this.logStarts = new LogStarts(directories, environment.world().workers(), reportLoop);
    this.loadListener = loadListener;
    this.followers = List.copyOf(followers);
  }

  /// What this broker hosts. Any thread.
  public TopicTable table() {
    return table;
  }

  public LogDirectories directories() {
    return directories;
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    if (loaded) {
      follow(delta, image, manifest);
      return;
    }
    waitingForLoad.add(() -> follow(delta, image, manifest));
    if (!loadStarted) {
      loadStarted = true;
      directories.load(
          environment,
          topic -> settings.of(image, topic).log(),
          (partition, topicId, directory) -> belongsHere(image, partition, topicId, directory),
          metadataLoop,
          this::onLoad);
    }
  }

  private void onLoad(List<HostedLog> logs, @Nullable IOException failure) {
    if (failure == null) {
      LOG.info("loaded {} logs", logs.size());
      loaded = true;
      scheduleTick();
      for (Runnable step = waitingForLoad.poll(); step != null; step = waitingForLoad.poll()) {
        step.run();
      }
      moves.resume(table);
      logs.forEach(this::repair);
    }
    loadListener.onLoaded(failure);
  }

  /// What the start has found.
  private void repair(HostedLog hosted) {
    hosted.log().rot().forEach(range -> repairs.onRot(hosted.partition(), range));
  }

  private boolean belongsHere(
      MetadataImage image, TopicPartition partition, Uuid topicId, LogDirectory directory) {
    TopicImage topic = image.topics().getTopic(partition.topic());
    if (topic == null || (!topicId.equals(Uuid.ZERO_UUID) && !topicId.equals(topic.id()))) {
      return false;
    }
    PartitionRegistration registration = topic.partitions().get(partition.partition());
    if (registration == null) {
      return false;
    }
    ReplicaPlacement placement = ReplicaPlacement.of(registration, brokerId);
    return placement.here()
        && (placement.brokerChooses()
            || placement.directory().equals(directory.id())
            || directories.futures().hasLeft(placement.directory(), partition)
            || isGone(placement.directory()));
  }

  /// Whether the metadata names a directory that this broker has no more: its disk was replaced.
  /// While a directory is offline, it may be that one.
  private boolean isGone(Uuid directory) {
    return directories.directory(directory) == null
        && directories.directories().stream().allMatch(LogDirectory::isOnline);
  }

  @Override
  public void onLeaderChange(int leaderId, int epoch) {
    followers.forEach(follower -> follower.onLeaderChange(leaderId, epoch));
  }

  private void follow(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    cluster = image.cluster();
    apply(delta, image);
    if (delta.clusterDelta() != null) {
      // Whoever was waited for may be fenced now, whoever was fenced may join.
      table.partitions().forEach(Partition::onBrokers);
    }
    placements.onImage(image.topics(), isRegistered());
    for (ImageListener follower : followers) {
      follower.onImage(delta, image, manifest);
    }
    newsNanos = nanos();
  }

  private void apply(MetadataDelta delta, MetadataImage image) {
    TopicsDelta topics = delta.topicsDelta();
    if (topics != null) {
      TopicTable.Draft draft = table.draft();
      for (Uuid deleted : topics.deletedTopicIds()) {
        deleteTopic(draft, deleted);
      }
      for (TopicDelta topic : inOrder(topics)) {
        apply(draft, image, topic);
      }
      table = draft.publish();
    }
    ConfigurationsDelta configs = delta.configsDelta();
    if (configs != null) {
      reconfigure(configs, image);
    }
    fetchers.begin();
  }

  /// Whether the metadata has the registration of this incarnation.
  private boolean isRegistered() {
    BrokerRegistration registration = cluster.broker(brokerId);
    return registration != null && registration.epoch() == brokerEpoch();
  }

  private static List<TopicDelta> inOrder(TopicsDelta topics) {
    TreeMap<String, TopicDelta> byName = new TreeMap<>();
    topics.changedTopics().values().forEach(topic -> byName.put(topic.name(), topic));
    return List.copyOf(byName.values());
  }

  private void apply(TopicTable.Draft draft, MetadataImage image, TopicDelta topic) {
    TopicSettings topicSettings = null;
    for (Map.Entry<Integer, PartitionRegistration> change :
        new TreeMap<>(topic.partitionChanges()).entrySet()) {
      int index = change.getKey();
      ReplicaPlacement placement = ReplicaPlacement.of(change.getValue(), brokerId);
      if (placement.here()) {
        if (topicSettings == null) {
          topicSettings = settings.of(image, topic.name());
        }
        apply(draft, topic, index, change.getValue(), placement, topicSettings);
      } else {
        leave(draft, topic.id(), index);
      }
    }
  }

  private void leave(TopicTable.Draft draft, Uuid topicId, int index) {
    Partition partition = draft.partition(topicId, index);
    if (partition != null) {
      draft.remove(topicId, index);
      delete(partition);
    }
  }

  private void apply(
      TopicTable.Draft draft,
      TopicDelta topic,
      int index,
      PartitionRegistration registration,
      ReplicaPlacement placement,
      TopicSettings topicSettings) {
    Partition partition = draft.partition(topic.id(), index);
    if (partition == null) {
      partition = host(topic, index, placement, topicSettings);
      if (partition == null) {
        return;
      }
      draft.add(partition);
      placements.onHosted(partition, placement.directory(), registration.replicas.length == 1);
    }
    LeaderState state = LeaderState.of(registration);
    partition.apply(state, topicSettings);
    boolean leaves = departing && !state.isInSync(brokerId);
    if (!leaves) {
      fetchers.prepare(partition, registration.replicas);
    }
    if (registration.leader >= 0 && registration.leader != brokerId && !leaves) {
      fetchers.follow(partition, registration.leader, registration.leaderEpoch);
    } else {
      fetchers.unfollow(partition);
    }
  }

  private @Nullable Partition host(
      TopicDelta topic, int index, ReplicaPlacement placement, TopicSettings topicSettings) {
    TopicIdPartition id = new TopicIdPartition(topic.id(), index, topic.name());
    try {
      HostedLog hosted = directories.log(id.topicPartition());
      if (hosted == null) {
        LogDirectory directory = directories.directory(placement.directory());
        if (directory == null && !placement.brokerChooses() && !isGone(placement.directory())) {
          LOG.error(
              "{} lies in log directory {}, which is not online here: it is not served",
              id.topicPartition(),
              placement.directory());
          return null;
        }
        if (directory == null) {
          directory = directories.directoryForNewLog(id.topicPartition());
        }
        hosted =
            directories.create(
                environment, id.topicPartition(), topic.id(), directory, topicSettings.log());
      } else {
        directories.admit(topicSettings.log());
        synchronizedConfig(hosted, topicSettings);
      }
      long highWatermark = directories.checkpointedHighWatermark(id.topicPartition());
      Partition partition = new Partition(id, brokerId, hosted, highWatermark, this);
      directories.attach(id.topicPartition(), partition);
      return partition;
    } catch (IOException e) {
      LOG.error("{} cannot be created: it is not served", id.topicPartition(), e);
      return null;
    }
  }

  /// A log that was loaded has no owner yet, so nobody else touches it.
  private static void synchronizedConfig(HostedLog hosted, TopicSettings topicSettings) {
    hosted.log().updateConfig(topicSettings.log());
  }

  private void deleteTopic(TopicTable.Draft draft, Uuid topicId) {
    HostedTopic topic = draft.topic(topicId);
    if (topic == null) {
      return;
    }
    for (int i = 0; i < topic.bound(); i++) {
      Partition partition = topic.partition(i);
      if (partition != null) {
        draft.remove(topicId, i);
        delete(partition);
      }
    }
  }

  private void delete(Partition partition) {
    partition.retire();
    placements.forget(partition);
    fetchers.unfollow(partition);
    moves.cancel(partition.topicPartition());
    try {
      directories.delete(partition.topicPartition());
    } catch (IOException e) {
      LOG.error("{} cannot be deleted", partition.topicPartition(), e);
      directories.fail(partition.hosted().directory(), e);
    }
  }

  private void reconfigure(ConfigurationsDelta configs, MetadataImage image) {
    boolean all = false;
    for (ConfigResource resource : configs.changes().keySet()) {
      all |= resource.type() == ConfigResource.Type.BROKER;
    }
    if (all) {
      quotas.follow(image, brokerId);
    }
    for (HostedTopic topic : table.topics()) {
      if (all
          || configs
              .changes()
              .containsKey(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))) {
        reconfigure(topic, settings.of(image, topic.name()));
      }
    }
  }

  private void reconfigure(HostedTopic topic, TopicSettings topicSettings) {
    for (int i = 0; i < topic.bound(); i++) {
      Partition partition = topic.partition(i);
      if (partition == null) {
        continue;
      }
      try {
        directories.admit(topicSettings.log());
        partition.configure(topicSettings);
        fetchers.reconsider(partition);
      } catch (IOException e) {
        LOG.error("{} cannot be configured", partition.topicPartition(), e);
        directories.fail(partition.hosted().directory(), e);
      }
    }
  }

  /// A log directory has failed: its partitions are no longer served. Any thread.
  public void onOffline(LogDirectory directory) {
    for (Partition partition : table.partitions()) {
      if (partition.hosted().directory() == directory) {
        partition.takeOffline();
      }
    }
  }

  /// A controlled shutdown begins. What the controller takes this broker out of the in-sync
  /// replicas of, it follows no more: it would not come back into them, and the new leaders have
  /// clients to answer just then. What it lacks it fetches after its next start. Any thread.
  public void depart() {
    departing = true;
  }

  /// The broker is shutting down: nobody is served any more.
  public void stopServing() {
    stopped = true;
    metadataLoop.execute(fetchers::close);
    table.partitions().forEach(Partition::stopServing);
    moves.close();
    repairs.close();
  }

  /// The replicas that move between this broker's log directories.
  public DirectoryMoves moves() {
    return moves;
  }

  /// Leaders look after lagging followers twice in `replica.lag.time.max.ms`, as Kafka's do.
  private void scheduleTick() {
    reportLoop.schedule(
        replication.lagTimeMaxNanos() / 2,
        () -> {
          if (!stopped) {
            table.partitions().forEach(Partition::onTick);
            scheduleTick();
          }
        });
  }

  @Override
  public ReplicationSettings settings() {
    return replication;
  }

  @Override
  public ReplicationQuotas quotas() {
    return quotas;
  }

  @Override
  public long nanos() {
    return environment.world().clock().nanos();
  }

  @Override
  public boolean mayJoinIsr(int broker, long brokerEpoch) {
    BrokerRegistration registration = cluster.broker(broker);
    return registration != null
        && !registration.fenced()
        && !registration.inControlledShutdown()
        && (brokerEpoch == -1 || brokerEpoch == registration.epoch());
  }

  @Override
  public boolean hearsOfMetadata() {
    return nanos() - newsNanos <= replication.metadataPatienceNanos();
  }

  @Override
  public World world() {
    return environment.world();
  }

  @Override
  public int brokerId() {
    return brokerId;
  }

  @Override
  public long brokerEpoch() {
    return brokerEpoch.getAsLong();
  }

  @Override
  public @Nullable Address addressOf(int broker) {
    BrokerRegistration registration = cluster.broker(broker);
    Endpoint endpoint =
        registration == null ? null : registration.listeners().get(interBrokerListener);
    return endpoint == null ? null : new Address(endpoint.host(), endpoint.port());
  }

  @Override
  public void onProposal(Partition partition) {
    reports.onProposal(partition);
  }

  @Override
  public void maintain(Partition partition, LogDirectories.DiskStep step) throws IOException {
    directories.maintain(partition.topicPartition(), step);
  }

  @Override
  public void requestFlush(Partition partition) {
    directories.requestFlush(partition.topicPartition());
  }

  @Override
  public void storeLogStart(Partition partition) {
    logStarts.request(partition);
  }

  @Override
  public void onDiskFailure(Partition partition, IOException cause) {
    directories.fail(partition.hosted().directory(), cause);
  }

  @Override
  public void suspect(Partition partition, long offset) {
    directories.scrubber().suspect(partition.topicPartition(), offset);
  }

  @Override
  public void repair(Partition partition, RottenRange range) {
    repairs.onDamage(partition, range);
  }

  @Override
  public void later(Runnable step) {
    reportLoop.execute(step);
  }
}
