package io.millrace.coordination;

import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.writer.ImageWriter;
import org.apache.kafka.image.writer.ImageWriterOptions;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/// One node with a group coordinator, its metadata and its offsets topic of two partitions; and the
/// topics `orders` (6 partitions) and `payments` (3). The logs outlive the host.
final class TestCluster implements CoordinatorLogs {
  static final int NODE = 1;
  static final Uuid OFFSETS = new Uuid(7, 0);
  static final Uuid ORDERS = new Uuid(7, 1);
  static final Uuid PAYMENTS = new Uuid(7, 2);
  static final int OFFSETS_PARTITIONS = 2;

  final VirtualWorld world = VirtualWorld.builder(20_260_101L).loops(2).build();
  final VirtualNode node = world.node("node");
  private final Map<TopicPartition, MemoryLog> logs = new LinkedHashMap<>();
  private final Set<Integer> notServed = new TreeSet<>();
  private final Map<String, Object> settings = new HashMap<>();
  private MetadataImage image = MetadataImage.EMPTY;
  private int epoch = 1;
  private @Nullable GroupCoordinatorHost host;

  TestCluster() {
    apply(
        false,
        new FeatureLevelRecord()
            .setName(MetadataVersion.FEATURE_NAME)
            .setFeatureLevel(MetadataVersion.latestProduction().featureLevel()),
        new RegisterBrokerRecord()
            .setBrokerId(NODE)
            .setIncarnationId(new Uuid(9, 9))
            .setFenced(false));
    addTopic(Topic.GROUP_METADATA_TOPIC_NAME, OFFSETS, OFFSETS_PARTITIONS);
    addTopic("orders", ORDERS, 6);
    addTopic("payments", PAYMENTS, 3);
    for (int i = 0; i < OFFSETS_PARTITIONS; i++) {
      logs.put(
          new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, i),
          new MemoryLog(node.loops().getFirst()));
    }
  }

  TestCluster with(String key, Object value) {
    settings.put(key, value);
    return this;
  }

  void advance(long ms) {
    world.runFor(ms * 1_000_000);
  }

  /// Lets happen what waits for nothing but its turn.
  void settle() {
    advance(5);
  }

  private AbstractConfig config() {
    return new AbstractConfig(
        Utils.mergeConfigs(List.of(GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF)),
        settings,
        false);
  }

  /// Starts the coordinator and lets it load.
  TestCluster start() {
    beginStart();
    advance(10);
    return this;
  }

  /// Starts the coordinator as a node does: the whole image is news to it.
  void beginStart() {
    GroupCoordinatorHost started =
        new GroupCoordinatorHost(node, NODE, this::config, node.loops(), this);
    host = started;
    started.start(image);
    MetadataDelta everything = new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
    image.write(
        new ImageWriter() {
          @Override
          public void write(ApiMessageAndVersion record) {
            everything.replay(record.message());
          }

          @Override
          public void close(boolean complete) {}
        },
        new ImageWriterOptions.Builder(image).build());
    started.onImage(everything, image);
  }

  /// Stops the coordinator; the logs stay.
  TestCluster stop() {
    host().close();
    settle();
    return this;
  }

  GroupCoordinatorHost host() {
    if (host == null) {
      throw new IllegalStateException("start first");
    }
    return host;
  }

  MetadataImage image() {
    return image;
  }

  MemoryLog log(int partition) {
    MemoryLog log = logs.get(new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, partition));
    if (log == null) {
      throw new IllegalArgumentException("no partition " + partition);
    }
    return log;
  }

  MemoryLog logOf(String group) {
    return log(host().service().partitionFor(group));
  }

  void addTopic(String name, Uuid id, int partitions) {
    ApiMessage[] records = new ApiMessage[partitions + 1];
    records[0] = new TopicRecord().setName(name).setTopicId(id);
    for (int i = 0; i < partitions; i++) {
      records[i + 1] =
          new PartitionRecord()
              .setTopicId(id)
              .setPartitionId(i)
              .setReplicas(List.of(NODE))
              .setIsr(List.of(NODE))
              .setLeader(NODE)
              .setLeaderEpoch(0)
              .setPartitionEpoch(0)
              .setDirectories(List.of(DirectoryId.MIGRATING));
    }
    apply(host != null, records);
  }

  void deleteTopic(Uuid id) {
    apply(true, new RemoveTopicRecord().setTopicId(id));
  }

  /// This node loses a partition of the offsets topic, or gets it back.
  void moveOffsetsPartition(int partition, boolean here) {
    if (here) {
      notServed.remove(partition);
    } else {
      notServed.add(partition);
    }
    apply(
        true,
        new PartitionChangeRecord()
            .setTopicId(OFFSETS)
            .setPartitionId(partition)
            .setReplicas(here ? List.of(NODE) : List.of(NODE, 2))
            .setDirectories(
                here
                    ? List.of(DirectoryId.MIGRATING)
                    : List.of(DirectoryId.MIGRATING, DirectoryId.MIGRATING))
            .setLeader(here ? NODE : 2));
  }

  /// The partition's log is gone for the coordinator, before the metadata says so.
  void stopServing(int partition) {
    notServed.add(partition);
  }

  private void apply(boolean tellHost, ApiMessage... records) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    for (ApiMessage record : records) {
      delta.replay(record);
    }
    image = delta.apply(new MetadataProvenance(image.offset() + 1, epoch++, 1, true));
    if (tellHost) {
      host().onImage(delta, image);
    }
  }

  @Override
  public @Nullable CoordinatorLog leading(TopicPartition partition) {
    return notServed.contains(partition.partition()) ? null : logs.get(partition);
  }
}
