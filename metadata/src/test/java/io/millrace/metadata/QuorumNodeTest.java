package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.real.RealWorld;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.BrokerState;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A quorum of one in the real world, from an empty directory to topics that survive.
class QuorumNodeTest {

  @TempDir Path directory;

  @Test
  void becomesAClusterOfOne() throws Exception {
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      QuorumNode quorum = node.quorum();

      assertThat(quorum.lifecycle().state()).isEqualTo(BrokerState.RUNNING);
      awaitImage(node, image -> !image.cluster().broker(1).fenced());
      BrokerRegistration broker = quorum.image().cluster().broker(1);
      assertThat(broker.fenced()).isFalse();
      assertThat(broker.epoch()).isEqualTo(quorum.lifecycle().brokerEpoch());
      assertThat(broker.directories())
          .containsExactlyElementsOf(node.identity().directoryIds().values());
      assertThat(quorum.image().features().metadataVersionOrThrow())
          .isEqualTo(MetadataVersion.latestProduction());
      assertThat(quorum.cache().features().finalizedFeatures())
          .containsEntry("transaction.version", (short) 2)
          .containsEntry("kraft.version", (short) 1);
      awaitImage(node, image -> image.cluster().controllers().containsKey(1));
    }
  }

  @Test
  void showsTopicsAndConfigsInTheImage() throws Exception {
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      CreatableTopicResult created = create(node, "orders", 3);

      assertThat(Errors.forCode(created.errorCode())).isEqualTo(Errors.NONE);
      TopicImage topic = awaitTopic(node, "orders");
      assertThat(topic.id()).isEqualTo(created.topicId());
      assertThat(topic.partitions()).hasSize(3);
      PartitionRegistration partition = partition(topic);
      assertThat(partition.leader).isEqualTo(1);
      assertThat(partition.isr).containsExactly(1);
      assertThat(partition.directories).containsExactly(node.identity().metadataDirectoryId());
    }
  }

  @Test
  void refusesConfigurationThatKafkaRefuses() throws Exception {
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      create(node, "orders", 1);
      ConfigResource orders = new ConfigResource(ConfigResource.Type.TOPIC, "orders");

      assertThat(set(node, orders, "retention.ms", "soon").error())
          .isEqualTo(Errors.INVALID_CONFIG);
      assertThat(set(node, orders, "no.such.thing", "1").error()).isEqualTo(Errors.INVALID_CONFIG);
      assertThat(set(node, orders, "retention.ms", "1000").error()).isEqualTo(Errors.NONE);
      assertThat(
              set(
                      node,
                      new ConfigResource(ConfigResource.Type.GROUP, "g"),
                      "consumer.session.timeout.ms",
                      "1")
                  .error())
          .isEqualTo(Errors.INVALID_CONFIG);
      assertThat(
              set(
                      node,
                      new ConfigResource(ConfigResource.Type.BROKER, "first"),
                      "log.retention.ms",
                      "1")
                  .error())
          .isEqualTo(Errors.INVALID_REQUEST);
    }
  }

  @Test
  void keepsEverythingOverARestart() throws Exception {
    long epoch;
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      create(node, "orders", 3);
      epoch = node.quorum().lifecycle().brokerEpoch();
    }
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      assertThat(awaitTopic(node, "orders").partitions()).hasSize(3);
      assertThat(node.quorum().lifecycle().brokerEpoch()).isGreaterThan(epoch);
    }
  }

  /// And is back at once: Kafka has such a broker wait for its former session to run out.
  @Test
  void keepsEverythingWhenItIsKilledAndRegistersAgainAtOnce() throws Exception {
    for (int round = 0; round < 4; round++) {
      RealWorld world = RealWorld.builder().build();
      TestNode node =
          TestNode.open(world, directory, Map.of("broker.session.timeout.ms", "60000"), -1)
              .start()
              .awaitUnfenced();
      for (int earlier = 0; earlier < round; earlier++) {
        awaitTopic(node, "orders-" + earlier);
      }
      create(node, "orders-" + round, 1);
      node.kill(world);
    }
  }

  @Test
  void losesNoLeaderOverACleanRestartAndRecoversItAfterAKill() throws Exception {
    long epoch;
    RealWorld first = RealWorld.builder().build();
    TestNode node = TestNode.open(first, directory).start().awaitUnfenced();
    create(node, "orders", 1);
    epoch = node.quorum().lifecycle().brokerEpoch();
    node.kill(first);

    RealWorld second = RealWorld.builder().build();
    node = TestNode.open(second, directory, Map.of(), epoch).start().awaitUnfenced();
    PartitionRegistration clean = awaitLeader(node, "orders");
    assertThat(clean.isr).containsExactly(1);
    assertThat(clean.leaderRecoveryState.value()).isZero();
    node.kill(second);

    try (RealWorld third = RealWorld.builder().build();
        TestNode unclean = TestNode.open(third, directory).start().awaitUnfenced()) {
      assertThat(awaitLeader(unclean, "orders").leaderRecoveryState.value()).isOne();
    }
  }

  @Test
  void handsOverBeforeAControlledShutdown() throws Exception {
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      CountDownLatch done = new CountDownLatch(1);
      node.quorum().lifecycle().beginControlledShutdown(done::countDown);

      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(node.quorum().lifecycle().state()).isEqualTo(BrokerState.SHUTTING_DOWN);
      awaitImage(node, image -> image.cluster().broker(1).fenced());
    }
  }

  @Test
  void leadsItsPartitionsAgainAfterAControlledShutdown() throws Exception {
    long epoch;
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      create(node, "orders", 1);
      epoch = node.quorum().lifecycle().brokerEpoch();
      CountDownLatch done = new CountDownLatch(1);
      node.quorum().lifecycle().beginControlledShutdown(done::countDown);
      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory, Map.of(), epoch).start().awaitUnfenced()) {
      PartitionRegistration partition = awaitLeader(node, "orders");
      assertThat(partition.isr).containsExactly(1);
      assertThat(partition.leaderRecoveryState.value()).isZero();
    }
  }

  @Test
  void startsFromASnapshot() throws Exception {
    try (RealWorld world = RealWorld.builder().build();
        TestNode node =
            TestNode.open(
                    world,
                    directory,
                    Map.of("metadata.log.max.record.bytes.between.snapshots", "2000"),
                    -1)
                .start()
                .awaitUnfenced()) {
      create(node, "orders", 3);
      set(node, new ConfigResource(ConfigResource.Type.TOPIC, "orders"), "retention.ms", "1000");
      node.images()
          .await(_ -> node.quorum().raft().client().latestSnapshotId().orElseThrow().offset() > 0);
    }
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      assertThat(awaitTopic(node, "orders").partitions()).hasSize(3);
      assertThat(
              node.quorum()
                  .image()
                  .configs()
                  .configProperties(new ConfigResource(ConfigResource.Type.TOPIC, "orders")))
          .containsEntry("retention.ms", "1000");
    }
  }

  /// What was written since is worth one, although it is far from the bytes between snapshots.
  @Test
  void stopsWithASnapshotThatSparesTheNextStartAReplay() throws Exception {
    ConfigResource orders = new ConfigResource(ConfigResource.Type.TOPIC, "orders");
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      create(node, "orders", 3);
      String manyReplicas = String.join(",", Collections.nCopies(5_000, "0:1"));
      for (int change = 0; change < 60; change++) {
        String value = change + ":1," + manyReplicas;
        set(node, orders, "follower.replication.throttled.replicas", value);
      }
      set(node, orders, "retention.ms", "1000");
      assertThat(node.quorum().raft().client().latestSnapshotId().orElseThrow().offset()).isZero();
    }
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory)) {
      assertThat(node.quorum().raft().client().latestSnapshotId().orElseThrow().offset())
          .isGreaterThan(60);
      node.start().awaitUnfenced();
      assertThat(awaitTopic(node, "orders").partitions()).hasSize(3);
      assertThat(node.quorum().image().configs().configProperties(orders))
          .containsEntry("retention.ms", "1000");
    }
  }

  @Test
  void givesEveryProducerAnIdOfItsOwn() throws Exception {
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      node.quorum().producerIds().prefetch();
      List<Long> ids = new ArrayList<>();
      while (ids.size() < 2_500) {
        long id = node.quorum().producerIds().next();
        if (id >= 0) {
          ids.add(id);
        } else {
          Thread.onSpinWait();
        }
      }
      assertThat(ids).doesNotHaveDuplicates();
    }
  }

  @Test
  void tellsListenersInOrderAndTheFirstTimeEverything() throws Exception {
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory).start().awaitUnfenced()) {
      create(node, "orders", 2);
    }
    List<String> calls = new CopyOnWriteArrayList<>();
    CompletableFuture<Integer> topicsOfFirst = new CompletableFuture<>();
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory)) {
      node.quorum()
          .addListener((delta, _, _) -> {
            calls.add("one");
            topicsOfFirst.complete(
                delta.topicsDelta() == null ? 0 : delta.topicsDelta().changedTopics().size());
          });
      node.quorum().addListener((_, _, _) -> calls.add("two"));
      node.start().awaitUnfenced();
    }
    assertThat(topicsOfFirst).isCompletedWithValue(1);
    assertThat(calls).hasSizeGreaterThan(2);
    for (int i = 0; i < calls.size(); i++) {
      assertThat(calls.get(i)).isEqualTo(i % 2 == 0 ? "one" : "two");
    }
  }

  @Test
  void stopsTheNodeWhenAListenerFails() throws Exception {
    try (RealWorld world = RealWorld.builder().build();
        TestNode node = TestNode.open(world, directory)) {
      node.quorum()
          .addListener((_, _, _) -> {
            throw new IllegalStateException("cannot apply this");
          });
      node.start();
      assertThat(node.fault().get(10, TimeUnit.SECONDS)).hasMessageContaining("cannot apply");
    }
  }

  @Test
  void aControllerAloneHasNoBroker() throws Exception {
    try (RealWorld world = RealWorld.builder().build();
        TestNode node =
            TestNode.open(world, directory, Map.of("process.roles", "controller"), -1)) {
      node.quorum().start();
      node.images().await(image -> image.cluster().controllers().containsKey(1));

      assertThat(node.quorum().image().cluster().brokers()).isEmpty();
      assertThat(node.quorum().brokerEpoch()).isEqualTo(-1);
      assertThatThrownBy(node.quorum()::lifecycle).hasMessageContaining("no broker");
    }
  }

  private static CreatableTopicResult create(TestNode node, String name, int partitions)
      throws Exception {
    return node.createTopic(name, partitions).get(10, TimeUnit.SECONDS).topics().find(name);
  }

  private static ApiError set(TestNode node, ConfigResource resource, String name, String value)
      throws Exception {
    Map<ConfigResource, ApiError> results =
        node.quorum()
            .controller()
            .incrementalAlterConfigs(
                TestNode.context(),
                Map.of(resource, Map.of(name, Map.entry(AlterConfigOp.OpType.SET, value))),
                false,
                false)
            .get(10, TimeUnit.SECONDS);
    return Objects.requireNonNull(results.get(resource));
  }

  private static TopicImage awaitTopic(TestNode node, String name) throws Exception {
    MetadataImage image = awaitImage(node, it -> it.topics().getTopic(name) != null);
    return Objects.requireNonNull(image.topics().getTopic(name));
  }

  private static PartitionRegistration awaitLeader(TestNode node, String name) throws Exception {
    MetadataImage image = awaitImage(node, it -> leaderOf(it, name) == 1);
    return partition(Objects.requireNonNull(image.topics().getTopic(name)));
  }

  private static int leaderOf(MetadataImage image, String name) {
    TopicImage topic = image.topics().getTopic(name);
    return topic == null ? -1 : partition(topic).leader;
  }

  private static PartitionRegistration partition(TopicImage topic) {
    return Objects.requireNonNull(topic.partitions().get(0));
  }

  private static MetadataImage awaitImage(TestNode node, Predicate<MetadataImage> condition)
      throws Exception {
    return node.images().await(condition);
  }
}
