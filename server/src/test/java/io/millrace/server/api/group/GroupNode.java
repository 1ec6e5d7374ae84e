package io.millrace.server.api.group;

import io.millrace.coordination.GroupCoordinatorHost;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.server.api.Authorization;
import io.millrace.server.api.PublishedCluster;
import io.millrace.server.api.TopicCreation;
import io.millrace.server.config.ConfigView;
import io.millrace.server.config.InvalidConfiguration;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.request.ApiCaller;
import io.millrace.server.request.ApiTable;
import io.millrace.server.request.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpoint;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.LogDeltaManifest;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;

/// A node's group APIs with a real coordinator behind them, in a virtual world; the topics `orders`
/// (3 partitions) and `payments` (1). The controller only takes notes.
final class GroupNode {
  static final Uuid OFFSETS = new Uuid(6, 0);
  static final Uuid ORDERS = new Uuid(6, 1);

  /// Topics that the controller was asked for.
  final List<String> asked = new ArrayList<>();

  /// What the controller says to that.
  Errors controllerSays = Errors.NONE;

  private final VirtualWorld world = VirtualWorld.builder(20_260_102L).build();
  private final PublishedCluster view;
  private final GroupCoordinatorHost host;
  private final Map<TopicPartition, NodeLog> logs =
      new TreeMap<>((a, b) -> a.partition() - b.partition());
  private final ApiTable table;
  private final ApiCaller caller;
  private MetadataImage image = MetadataImage.EMPTY;

  GroupNode() {
    this(Map.of(), Authorization.ALLOW_ALL, true);
  }

  GroupNode(Map<String, String> settings, Authorization authorization, boolean withOffsetsTopic) {
    Map<String, String> properties = new TreeMap<>(settings);
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("offsets.topic.num.partitions", "2");
    ConfigView configs;
    try {
      configs = new ConfigView(NodeConfig.parse(properties));
    } catch (InvalidConfiguration e) {
      throw new AssertionError(e);
    }
    view = new PublishedCluster("cluster", 1, () -> KRaftVersion.KRAFT_VERSION_1);
    VirtualNode node = world.node("node");
    host =
        new GroupCoordinatorHost(
            node,
            1,
            () -> configs.current().values(),
            node.loops(),
            partition -> logs.get(partition));
    ApiTable.Builder apis = ApiTable.builder();
    GroupApis.addToBroker(
        apis,
        host.service(),
        view,
        authorization,
        configs.node().values(),
        new TopicCreation(this::forward, view, configs),
        this::forward,
        node.clock());
    table = apis.build();
    caller = ApiCaller.ofBroker().alongside(() -> world.runFor(10_000_000));
    publishCluster();
    host.start(image);
    publishTopic("orders", ORDERS, 3);
    publishTopic("payments", new Uuid(6, 2), 1);
    if (withOffsetsTopic) {
      publishTopic(Topic.GROUP_METADATA_TOPIC_NAME, OFFSETS, 2);
    }
    world.runFor(10_000_000);
  }

  ApiTable table() {
    return table;
  }

  <R extends ApiMessage> R ask(ApiKeys api, int version, ApiMessage body, Class<R> answer) {
    return caller.ask(table, api, version, body, answer);
  }

  /// Time passes.
  void pass(long ms) {
    world.runFor(ms * 1_000_000);
  }

  void setFeature(String name, int level) {
    publish(new FeatureLevelRecord().setName(name).setFeatureLevel((short) level));
  }

  private void publishCluster() {
    RegisterBrokerRecord broker =
        new RegisterBrokerRecord()
            .setBrokerId(1)
            .setBrokerEpoch(1)
            .setIncarnationId(new Uuid(9, 1))
            .setFenced(false)
            .setLogDirs(List.of(new Uuid(8, 1)));
    broker
        .endPoints()
        .add(
            new BrokerEndpoint()
                .setName("PLAINTEXT")
                .setHost("broker1")
                .setPort(9092)
                .setSecurityProtocol(SecurityProtocol.PLAINTEXT.id));
    publish(
        new FeatureLevelRecord()
            .setName(MetadataVersion.FEATURE_NAME)
            .setFeatureLevel(MetadataVersion.latestProduction().featureLevel()),
        new FeatureLevelRecord().setName("group.version").setFeatureLevel((short) 1),
        new FeatureLevelRecord().setName("streams.version").setFeatureLevel((short) 1),
        broker);
  }

  private void publishTopic(String name, Uuid id, int partitions) {
    List<ApiMessage> records = new ArrayList<>();
    records.add(new TopicRecord().setName(name).setTopicId(id));
    for (int i = 0; i < partitions; i++) {
      if (id.equals(OFFSETS)) {
        logs.put(new TopicPartition(name, i), new NodeLog());
      }
      records.add(
          new PartitionRecord()
              .setTopicId(id)
              .setPartitionId(i)
              .setReplicas(List.of(1))
              .setIsr(List.of(1))
              .setLeader(1)
              .setLeaderEpoch(0)
              .setPartitionEpoch(0)
              .setDirectories(List.of(new Uuid(8, 1))));
    }
    publish(records.toArray(ApiMessage[]::new));
  }

  private void publish(ApiMessage... records) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    for (ApiMessage record : records) {
      delta.replay(record);
    }
    image =
        delta.apply(new MetadataProvenance(image.highestOffsetAndEpoch().offset() + 1, 1, 0, true));
    host.onImage(delta, image);
    view.onImage(
        delta,
        image,
        new LogDeltaManifest.Builder()
            .provenance(image.provenance())
            .leaderAndEpoch(LeaderAndEpoch.UNKNOWN)
            .numBatches(1)
            .elapsedNs(1)
            .numBytes(1)
            .build());
  }

  private CompletionStage<ApiMessage> forward(Request request, ApiMessage body) {
    CreateTopicsResponseData response = new CreateTopicsResponseData();
    for (CreatableTopic topic : ((CreateTopicsRequestData) body).topics()) {
      asked.add(topic.name());
      response
          .topics()
          .mustAdd(
              new CreatableTopicResult()
                  .setName(topic.name())
                  .setErrorCode(controllerSays.code())
                  .setErrorMessage(controllerSays.message()));
    }
    return CompletableFuture.completedFuture(response);
  }
}
