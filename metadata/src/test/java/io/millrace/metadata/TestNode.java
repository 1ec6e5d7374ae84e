package io.millrace.metadata;

import io.millrace.metadata.format.ClusterFormatter;
import io.millrace.metadata.format.FormatOutcome;
import io.millrace.metadata.format.FormatRequest;
import io.millrace.metadata.format.NodeIdentity;
import io.millrace.runtime.World;
import io.millrace.runtime.real.RealWorld;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.server.config.AbstractKafkaConfig;

/// A node of one, formatted and opened in a directory: what the node's assembly does, for tests.
final class TestNode implements AutoCloseable {

  static final Endpoint CONTROLLER =
      new Endpoint("CONTROLLER", SecurityProtocol.PLAINTEXT, "127.0.0.1", 19093);
  static final Endpoint BROKER =
      new Endpoint("PLAINTEXT", SecurityProtocol.PLAINTEXT, "127.0.0.1", 19092);

  private final QuorumNode quorum;
  private final NodeIdentity identity;
  private final Images images = new Images();
  private final CompletableFuture<Void> unfenced = new CompletableFuture<>();
  private final CompletableFuture<Throwable> fault = new CompletableFuture<>();

  private TestNode(
      World world, NodeIdentity identity, Map<String, Object> overrides, long previousBrokerEpoch)
      throws IOException {
    this.identity = identity;
    this.quorum =
        QuorumNode.open(
            world,
            settings(identity, overrides),
            identity,
            new QuorumEndpoints(List.of(CONTROLLER), List.of(BROKER)),
            previousBrokerEpoch,
            (_, cause) -> fault.complete(cause));
    this.quorum.addListener(images);
  }

  static TestNode open(World world, Path directory) throws IOException {
    return open(world, directory, Map.of(), -1);
  }

  static TestNode open(
      World world, Path directory, Map<String, Object> overrides, long previousBrokerEpoch)
      throws IOException {
    FormatOutcome outcome = ClusterFormatter.prepare(world, request(directory));
    if (!(outcome instanceof FormatOutcome.Ready ready)) {
      throw new AssertionError(outcome);
    }
    return new TestNode(world, ready.identity(), overrides, previousBrokerEpoch);
  }

  static FormatRequest request(Path directory) {
    return new FormatRequest(
        1,
        List.of(directory),
        directory,
        true,
        List.of(CONTROLLER),
        Map.of(),
        List.of(),
        null,
        null,
        Map.of(),
        null,
        false);
  }

  private static QuorumSettings settings(NodeIdentity identity, Map<String, Object> overrides) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", String.valueOf(identity.nodeId()));
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("log.dirs", identity.metadataDirectory().toString());
    properties.putAll(overrides);
    return new QuorumSettings(
        new AbstractConfig(AbstractKafkaConfig.CONFIG_DEF, properties, false));
  }

  /// Starts and asks to be unfenced as soon as the metadata is read.
  TestNode start() {
    quorum.lifecycle().whenCaughtUp(quorum.lifecycle()::readyToUnfence);
    quorum.lifecycle().whenUnfenced(() -> unfenced.complete(null));
    quorum.start();
    return this;
  }

  TestNode awaitUnfenced() throws Exception {
    CompletableFuture.anyOf(unfenced, fault).get(20, TimeUnit.SECONDS);
    if (fault.isDone()) {
      throw new AssertionError("the node failed", fault.join());
    }
    return this;
  }

  QuorumNode quorum() {
    return quorum;
  }

  NodeIdentity identity() {
    return identity;
  }

  Images images() {
    return images;
  }

  /// As `kill -9`: everything stops where it is and nothing is closed.
  void kill(RealWorld world) {
    world.close();
    quorum.controllerHost().close();
  }

  CompletableFuture<Throwable> fault() {
    return fault;
  }

  CompletableFuture<CreateTopicsResponseData> createTopic(String name, int partitions) {
    CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
    request
        .topics()
        .add(
            new CreateTopicsRequestData.CreatableTopic()
                .setName(name)
                .setNumPartitions(partitions)
                .setReplicationFactor((short) 1));
    return quorum.controller().createTopics(context(), request, Set.of(), false);
  }

  static ControllerRequestContext context() {
    return new ControllerRequestContext(
        new RequestHeaderData(), KafkaPrincipal.ANONYMOUS, OptionalLong.empty());
  }

  @Override
  public void close() {
    java.util.concurrent.CountDownLatch stopped = new java.util.concurrent.CountDownLatch(1);
    quorum.stop(stopped::countDown);
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
