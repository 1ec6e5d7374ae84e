package io.millrace.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.controller.Reassignments;
import io.millrace.runtime.real.RealWorld;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionRequestData.BrokerState;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Feature;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.FeatureCollection;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.Listener;
import org.apache.kafka.common.message.BrokerRegistrationRequestData.ListenerCollection;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.PartitionRegistration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reassignments that are changed, and topics that grow, while they run, with Kafka's controller.
/// Broker 1 is this node, the others are but registered: what is to be added to a partition stays
/// so.
class ReassignmentsTest {

  private static final String TOPIC = "orders";

  @TempDir Path directory;

  /// Where brokers are that nobody runs: a refused connection would be taken for their death.
  private ServerSocket silent;

  private RealWorld world;
  private TestNode node;
  private Controller controller;
  private Reassignments reassignments;
  private int images;

  @BeforeEach
  void start() throws Exception {
    silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    world = RealWorld.builder().build();
    node =
        TestNode.open(
                world,
                directory,
                Map.of("broker.session.timeout.ms", "60000", "min.insync.replicas", "2"),
                -1)
            .start()
            .awaitUnfenced();
    controller = node.quorum().controller();
    reassignments = node.quorum().controllerHost().reassignments();
    register(2);
    register(3);
    register(4);
  }

  @AfterEach
  void stop() throws IOException {
    node.close();
    world.close();
    silent.close();
  }

  /// A guest that was to get a replica, and somebody who wants the partition as it was.
  @Test
  void aReplicaThatIsStillBeingAddedIsTakenBack() throws Exception {
    create(1, 2, 3);
    alter(1, 2, 4);

    assertThat(alter(1, 2, 3)).isEqualTo(Errors.NONE);

    assertThat(shown()).isEqualTo("[1, 2, 3] adding [] removing []");
  }

  @Test
  void kafkasControllerAloneWouldWaitForEver() throws Exception {
    create(1, 2, 3);
    alter(1, 2, 4);

    await(controller.alterPartitionReassignments(TestNode.context(), request(List.of(1, 2, 3))));

    assertThat(shown()).isEqualTo("[1, 2, 3, 4] adding [4] removing [4]");
    assertThat(alter(1, 2, 3)).isEqualTo(Errors.NONE);
    assertThat(shown()).isEqualTo("[1, 2, 3] adding [] removing []");
  }

  @Test
  void aReplicaThatWasToGoStays() throws Exception {
    create(1, 2, 3);
    alter(1, 2, 4);

    alter(1, 2, 3, 4);

    assertThat(shown()).isEqualTo("[1, 2, 3, 4] adding [4] removing []");
  }

  /// What has been copied already is kept: the controller is not told to cancel.
  @Test
  void anotherOneInsteadTakesThePlaceOfTheFirst() throws Exception {
    create(1, 2);
    alter(1, 3);

    alter(1, 3, 4);

    assertThat(shown()).isEqualTo("[1, 3, 4, 2] adding [4] removing [2]");
  }

  @Test
  void theSameAgainChangesNothing() throws Exception {
    create(1, 2);
    alter(1, 3);
    int before = partition().partitionEpoch;

    alter(1, 3);

    assertThat(shown()).isEqualTo("[1, 3, 2] adding [3] removing [2]");
    assertThat(partition().partitionEpoch).isEqualTo(before);
  }

  @Test
  void cancelsByNull() throws Exception {
    create(1, 2);
    alter(1, 3);

    assertThat(outcome(request(null))).isEqualTo(Errors.NONE);

    assertThat(shown()).isEqualTo("[1, 2] adding [] removing []");
  }

  /// The one that is being added is alone in sync: only an unclean election could take it back.
  @Test
  void whatCannotBeCancelledRefusesItsSuccessor() throws Exception {
    unfence(2, 3);
    create(2);
    alter(3, 4);
    inSync(2, 3);
    fence(2);
    assertThat(partition().isr).containsExactly(3);

    assertThat(alter(2)).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);

    assertThat(shown()).isEqualTo("[3, 4, 2] adding [3, 4] removing [2]");
  }

  /// A replica that went while too few were in sync is remembered as one that has everything. It is
  /// made anew when it comes again.
  @Test
  void aReplicaThatWasAwayIsNoEligibleLeader() throws Exception {
    moveFrom2To3();

    assertThat(alter(3, 2)).isEqualTo(Errors.NONE);
    assertThat(partition().elr).isEmpty();

    fence(3);
    assertThat(partition().leader).as("who has everything").isEqualTo(-1);
  }

  /// Kafka's controller looks for the directory of such a one, and fails.
  @Test
  void aReplicaThatWasAwayComesAgainWhereNobodyIsInSync() throws Exception {
    moveFrom2To3();
    fence(3);
    assertThat(partition().elr).contains(2, 3);

    assertThat(alter(3, 2)).isEqualTo(Errors.NONE);

    assertThat(shown()).isEqualTo("[3, 2] adding [2] removing []");
    assertThat(partition().elr).containsExactly(3);
  }

  private void moveFrom2To3() throws Exception {
    unfence(2, 3);
    create(2, 4);
    alter(3);
    inSync(2, 3);
    assertThat(partition().replicas).containsExactly(3);
    assertThat(partition().elr).contains(2);
  }

  /// New partitions have as many replicas as the first one: not those that are about to go.
  @Test
  void aTopicIsNotGrownByReplicasThatAreAboutToGo() throws Exception {
    create(1, 2);
    alter(1, 3);

    assertThat(grow(2)).isEqualTo(Errors.REASSIGNMENT_IN_PROGRESS);
    assertThat(topic().partitions()).hasSize(1);

    outcome(request(null));
    unfence(2);
    assertThat(grow(2)).isEqualTo(Errors.NONE);
    assertThat(Objects.requireNonNull(topic().partitions().get(1)).replicas).hasSize(2);
  }

  @Test
  void aTopicThatGetsMoreReplicasGrowsByPartitionsWithAsMany() throws Exception {
    create(1, 2);
    alter(1, 2, 3);
    unfence(2, 3);

    assertThat(grow(2)).isEqualTo(Errors.NONE);
    assertThat(Objects.requireNonNull(topic().partitions().get(1)).replicas).hasSize(3);
  }

  @Test
  void requestsThatComeTogetherAreDoneInTurn() throws Exception {
    create(1, 2, 3);

    CompletableFuture<?> first = reassignments.alter(TestNode.context(), request(List.of(1, 2, 4)));
    CompletableFuture<?> second =
        reassignments.alter(TestNode.context(), request(List.of(1, 2, 3)));

    await(first);
    await(second);
    assertThat(shown()).isEqualTo("[1, 2, 3] adding [] removing []");
  }

  private static AlterPartitionReassignmentsRequestData request(@Nullable List<Integer> replicas) {
    return new AlterPartitionReassignmentsRequestData()
        .setTopics(
            List.of(
                new ReassignableTopic()
                    .setName(TOPIC)
                    .setPartitions(List.of(new ReassignablePartition().setReplicas(replicas)))));
  }

  private Errors alter(Integer... replicas) throws Exception {
    return outcome(request(List.of(replicas)));
  }

  private Errors outcome(AlterPartitionReassignmentsRequestData request) throws Exception {
    AlterPartitionReassignmentsResponseData answer =
        await(reassignments.alter(TestNode.context(), request));
    return Errors.forCode(answer.responses().getFirst().partitions().getFirst().errorCode());
  }

  private Errors grow(int partitions) throws Exception {
    CreatePartitionsTopic topic =
        new CreatePartitionsTopic().setName(TOPIC).setCount(partitions).setAssignments(null);
    return Errors.forCode(
        await(reassignments.grow(TestNode.context(), List.of(topic), false))
            .getFirst()
            .errorCode());
  }

  private void create(Integer... replicas) throws Exception {
    CreateTopicsRequestData request = new CreateTopicsRequestData();
    CreatableTopic topic =
        new CreatableTopic().setName(TOPIC).setNumPartitions(-1).setReplicationFactor((short) -1);
    topic.assignments().add(new CreatableReplicaAssignment().setBrokerIds(List.of(replicas)));
    request.topics().add(topic);
    await(controller.createTopics(TestNode.context(), request, Set.of(), false));
  }

  /// Registers a broker that nobody runs.
  private void register(int id) throws Exception {
    FeatureCollection features = new FeatureCollection();
    new TreeMap<>(QuorumFeatures.defaultSupportedFeatureMap(false))
        .forEach((name, range) ->
            features.add(
                new Feature()
                    .setName(name)
                    .setMinSupportedVersion(range.min())
                    .setMaxSupportedVersion(range.max())));
    ListenerCollection listeners = new ListenerCollection();
    listeners.add(
        new Listener()
            .setName(TestNode.BROKER.listener())
            .setHost("127.0.0.1")
            .setPort(silent.getLocalPort()));
    await(
        controller.registerBroker(
            TestNode.context(),
            new BrokerRegistrationRequestData()
                .setBrokerId(id)
                .setClusterId(node.identity().clusterId())
                .setIncarnationId(new Uuid(id, id))
                .setListeners(listeners)
                .setFeatures(features)
                .setLogDirs(List.of(new Uuid(1_000, id)))));
  }

  private void unfence(int... ids) throws Exception {
    for (int id : ids) {
      heartbeat(id, false);
    }
  }

  private void fence(int id) throws Exception {
    heartbeat(id, true);
  }

  private void heartbeat(int id, boolean wantFence) throws Exception {
    await(
        controller.processBrokerHeartbeat(
            TestNode.context(),
            new BrokerHeartbeatRequestData()
                .setBrokerId(id)
                .setBrokerEpoch(epoch(id))
                .setCurrentMetadataOffset(Long.MAX_VALUE)
                .setWantFence(wantFence)));
  }

  private long epoch(int id) throws Exception {
    return Objects.requireNonNull(image().cluster().broker(id)).epoch();
  }

  /// What the leader, the first of them, says of the partition's replicas.
  private void inSync(int... ids) throws Exception {
    PartitionRegistration now = partition();
    AlterPartitionRequestData.PartitionData partition =
        new AlterPartitionRequestData.PartitionData()
            .setLeaderEpoch(now.leaderEpoch)
            .setPartitionEpoch(now.partitionEpoch);
    for (int id : ids) {
      partition.newIsrWithEpochs().add(new BrokerState().setBrokerId(id).setBrokerEpoch(epoch(id)));
    }
    AlterPartitionRequestData request =
        new AlterPartitionRequestData()
            .setBrokerId(ids[0])
            .setBrokerEpoch(epoch(ids[0]))
            .setTopics(
                List.of(
                    new AlterPartitionRequestData.TopicData()
                        .setTopicId(topic().id())
                        .setPartitions(List.of(partition))));
    ControllerRequestContext context =
        new ControllerRequestContext(
            new RequestHeaderData().setRequestApiVersion((short) 3),
            KafkaPrincipal.ANONYMOUS,
            OptionalLong.empty());
    AlterPartitionResponseData answer = await(controller.alterPartition(context, request));
    assertThat(Errors.forCode(answer.topics().getFirst().partitions().getFirst().errorCode()))
        .isIn(Errors.NONE, Errors.NEW_LEADER_ELECTED);
  }

  private String shown() throws Exception {
    PartitionRegistration now = partition();
    return Arrays.toString(now.replicas)
        + " adding "
        + Arrays.toString(now.addingReplicas)
        + " removing "
        + Arrays.toString(now.removingReplicas);
  }

  private PartitionRegistration partition() throws Exception {
    return Objects.requireNonNull(topic().partitions().get(0));
  }

  private TopicImage topic() throws Exception {
    return Objects.requireNonNull(image().topics().getTopic(TOPIC));
  }

  /// With everything that has been answered so far: it shows a topic that was made after it.
  private MetadataImage image() throws Exception {
    String later = "later-" + ++images;
    await(node.createTopic(later, 1));
    return node.images().await(image -> image.topics().getTopic(later) != null);
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(10, TimeUnit.SECONDS);
  }
}
