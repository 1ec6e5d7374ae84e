package io.millrace.server.api;

import io.millrace.metadata.controller.Reassignments;
import io.millrace.runtime.Clock;
import io.millrace.server.api.controller.ControllerCalls;
import io.millrace.server.api.controller.ControllerForwarder;
import io.millrace.server.api.controller.FakeController;
import io.millrace.server.api.controller.LocalRoute;
import io.millrace.server.config.ConfigView;
import io.millrace.server.config.InvalidConfiguration;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.request.ApiTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpoint;
import org.apache.kafka.common.metadata.RegisterControllerRecord;
import org.apache.kafka.common.metadata.RegisterControllerRecord.ControllerEndpoint;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.LogDeltaManifest;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/// A cluster of one node made of metadata records, and the tables of its two listeners. The
/// controller is a fake one: what it agrees to does not reach the metadata by itself.
final class TestCluster {

  static final String CLUSTER_ID = "test-cluster-00000000";

  final ConfigView configs;
  final PublishedCluster view;
  final FakeController controller = new FakeController();
  final FakeLoggers loggers = new FakeLoggers();
  final ApiTable broker;
  final ApiTable controllers;
  private MetadataImage image = MetadataImage.EMPTY;

  TestCluster() {
    this(Map.of(), Authorization.ALLOW_ALL);
  }

  TestCluster(Map<String, String> properties, Authorization authorization) {
    try {
      configs = new ConfigView(NodeConfig.parse(properties));
    } catch (InvalidConfiguration e) {
      throw new AssertionError(e);
    }
    view = new PublishedCluster(CLUSTER_ID, 1, () -> KRaftVersion.KRAFT_VERSION_1);
    Clock clock = new StillClock();
    BrokerLoggers brokerLoggers = new BrokerLoggers(1, loggers);
    ControllerCalls calls =
        new ControllerCalls(
            controller,
            controller::registerBroker,
            new Reassignments(controller, (_, _) -> CompletableFuture.completedFuture(null)),
            (listener, header, request, onResponse) ->
                onResponse.accept(emptyAnswer(header.requestApiKey())),
            clock,
            authorization,
            brokerLoggers,
            configs.node());
    Forwarder forwarder =
        new ControllerForwarder(
            () -> new LocalRoute(calls, () -> 0), clock, 30_000, (_, then) -> then.run());
    AdminApis apis = new AdminApis(view, authorization, configs, brokerLoggers);
    ApiTable[] tables = new ApiTable[2];
    ApiTable.Builder forBroker = ApiTable.builder();
    apis.addToBroker(
        forBroker, () -> tables[0], forwarder, new TopicCreation(forwarder, view, configs));
    ApiTable.Builder forController = ApiTable.builder();
    apis.addToController(forController, () -> tables[1], calls, () -> 0);
    tables[0] = forBroker.build();
    tables[1] = forController.build();
    broker = tables[0];
    controllers = tables[1];
    replay(
        new FeatureLevelRecord()
            .setName(MetadataVersion.FEATURE_NAME)
            .setFeatureLevel(MetadataVersion.latestProduction().featureLevel()),
        new FeatureLevelRecord().setName("group.version").setFeatureLevel((short) 1));
  }

  private static ApiMessage emptyAnswer(short apiId) {
    return ApiMessageType.fromApiKey(apiId).newResponse();
  }

  /// Takes records into the image and publishes it to the configuration and the view.
  void replay(ApiMessage... records) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    for (ApiMessage record : records) {
      delta.replay(record);
    }
    image =
        delta.apply(new MetadataProvenance(image.highestOffsetAndEpoch().offset() + 1, 1, 0, true));
    LogDeltaManifest manifest =
        new LogDeltaManifest.Builder()
            .provenance(image.provenance())
            .leaderAndEpoch(LeaderAndEpoch.UNKNOWN)
            .numBatches(1)
            .elapsedNs(1)
            .numBytes(1)
            .build();
    configs.onImage(delta, image, manifest);
    view.onImage(delta, image, manifest);
  }

  TestCluster withBroker(int id, boolean fenced) {
    RegisterBrokerRecord record =
        new RegisterBrokerRecord()
            .setBrokerId(id)
            .setBrokerEpoch(10 + id)
            .setIncarnationId(new Uuid(9, id))
            .setFenced(fenced)
            .setRack("rack" + id)
            .setLogDirs(List.of(new Uuid(8, id)));
    record
        .endPoints()
        .add(
            new BrokerEndpoint()
                .setName("PLAINTEXT")
                .setHost("broker" + id)
                .setPort(9092)
                .setSecurityProtocol(SecurityProtocol.PLAINTEXT.id));
    replay(record);
    return this;
  }

  TestCluster withController(int id) {
    RegisterControllerRecord record =
        new RegisterControllerRecord()
            .setControllerId(id)
            .setIncarnationId(new Uuid(7, id))
            .setZkMigrationReady(false);
    record
        .endPoints()
        .add(
            new ControllerEndpoint()
                .setName("CONTROLLER")
                .setHost("controller" + id)
                .setPort(9093)
                .setSecurityProtocol(SecurityProtocol.PLAINTEXT.id));
    replay(record);
    view.onLeaderChange(id, 1);
    return this;
  }

  /// A topic led by broker 1, without other replicas.
  TestCluster withTopic(String name, Uuid id, int partitions) {
    List<ApiMessage> records = new ArrayList<>();
    records.add(new TopicRecord().setName(name).setTopicId(id));
    for (int i = 0; i < partitions; i++) {
      records.add(
          new PartitionRecord()
              .setTopicId(id)
              .setPartitionId(i)
              .setReplicas(List.of(1))
              .setIsr(List.of(1))
              .setLeader(1)
              .setLeaderEpoch(3)
              .setPartitionEpoch(4)
              .setDirectories(List.of(new Uuid(8, 1))));
    }
    replay(records.toArray(ApiMessage[]::new));
    return this;
  }

  TestCluster withConfig(
      ConfigResource.Type type, String resource, String name, @Nullable String value) {
    replay(
        new ConfigRecord()
            .setResourceType(type.id())
            .setResourceName(resource)
            .setName(name)
            .setValue(value));
    return this;
  }

  /// Time stands still.
  private static final class StillClock implements Clock {
    @Override
    public long wallMs() {
      return 0;
    }

    @Override
    public long nanos() {
      return 0;
    }
  }

  /// Two loggers.
  static final class FakeLoggers implements Loggers {

    private final TreeMap<String, String> levels =
        new TreeMap<>(Map.of(ROOT, "INFO", "io.millrace.log", "INFO"));

    @Override
    public SortedMap<String, String> levels() {
      return levels;
    }

    @Override
    public void setLevel(String logger, @Nullable String level) {
      levels.put(logger, level == null ? "INFO" : level);
    }
  }
}
