package io.millrace.acceptance.chaos;

import static io.millrace.acceptance.harness.Clients.get;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.DumpLog;
import io.millrace.acceptance.harness.KafkaTool;
import io.millrace.acceptance.harness.Suite;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;

/// Three combined nodes on wires that can be cut. Three replicas of everything, two of which must
/// be in sync.
final class Cluster implements AutoCloseable {
  static final int NODES = 3;

  private static final Duration START_PATIENCE = Duration.ofSeconds(240);

  private final Path directory = Suite.scratchDirectory("chaos");
  private final Wires wires;
  private final List<ClusterNode> nodes = new ArrayList<>();
  private final Admin admin;

  /// Lays out the nodes; nothing runs yet.
  Cluster(boolean namespaces) {
    wires = namespaces ? new Namespaces(NODES) : new LinkProxies(directory, NODES);
    List<String> voters = new ArrayList<>();
    for (int id = 1; id <= NODES; id++) {
      voters.add(id + "@" + address(id, Plane.CONTROLLER) + ":" + Uuid.randomUuid());
    }
    String clusterId = Uuid.randomUuid().toString();
    String initial = String.join(",", voters);
    for (int id = 1; id <= NODES; id++) {
      List<String> format = List.of("--cluster-id", clusterId, "--initial-controllers", initial);
      ClusterNode node = new ClusterNode(id, directory, wires, format);
      node.write(settings(id));
      nodes.add(node);
      if (Suite.judged() == Suite.Judged.KAFKA) {
        KafkaTool.STORAGE
            .run(
                "format",
                "-t",
                clusterId,
                "-c",
                node.properties().toString(),
                "--initial-controllers",
                initial)
            .expectSuccess();
      }
    }
    admin =
        Admin.create(
            Map.of(
                "bootstrap.servers", bootstrap(),
                "default.api.timeout.ms", 10_000,
                "request.timeout.ms", 3_000,
                "reconnect.backoff.max.ms", 200));
  }

  /// Starts all nodes and returns when a client sees them.
  Cluster start() {
    nodes.forEach(ClusterNode::start);
    Await.until(
        "three nodes are there",
        START_PATIENCE,
        () -> {
          nodes.forEach(Cluster::requireAlive);
          return get(admin.describeCluster().nodes()).size();
        },
        seen -> seen == NODES);
    return this;
  }

  private static void requireAlive(ClusterNode node) {
    if (!node.isAlive()) {
      throw new AssertionError("node " + node.id() + " ended:\n" + node.tail());
    }
  }

  private Map<String, String> settings(int id) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(id));
    settings.put("listeners", listeners(plane -> wires.boundHost(id) + ":" + wires.port(plane)));
    settings.put("advertised.listeners", listeners(plane -> address(id, plane)));
    settings.put("listener.security.protocol.map", listeners(_ -> "").replace("://", ":PLAINTEXT"));
    settings.put("inter.broker.listener.name", Plane.BROKER.listener());
    settings.put("controller.listener.names", Plane.CONTROLLER.listener());
    List<String> controllers = new ArrayList<>();
    for (int other = 1; other <= NODES; other++) {
      controllers.add(address(other, Plane.CONTROLLER));
    }
    settings.put("controller.quorum.bootstrap.servers", String.join(",", controllers));
    settings.put("log.dirs", directory.resolve("node-" + id).toString());
    settings.put("default.replication.factor", "3");
    settings.put("min.insync.replicas", "2");
    settings.put("offsets.topic.replication.factor", "3");
    settings.put("offsets.topic.num.partitions", "6");
    settings.put("auto.create.topics.enable", "false");
    // A follower that is cut off leaves the ISR within a fault's time.
    settings.put("replica.lag.time.max.ms", "3000");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("group.consumer.min.session.timeout.ms", "6000");
    settings.put("group.consumer.session.timeout.ms", "6000");
    settings.put("group.consumer.min.heartbeat.interval.ms", "500");
    settings.put("group.consumer.heartbeat.interval.ms", "500");
    return settings;
  }

  private static String listeners(Function<Plane, String> address) {
    List<String> all = new ArrayList<>();
    for (Plane plane : Plane.values()) {
      all.add(plane.listener() + "://" + address.apply(plane));
    }
    return String.join(",", all);
  }

  private String address(int id, Plane plane) {
    return wires.advertisedHost(id, plane) + ":" + wires.port(plane);
  }

  Wires wires() {
    return wires;
  }

  /// All nodes, for clients.
  String bootstrap() {
    List<String> all = new ArrayList<>();
    for (int id = 1; id <= NODES; id++) {
      all.add(address(id, Plane.CLIENT));
    }
    return String.join(",", all);
  }

  Admin admin() {
    return admin;
  }

  ClusterNode node(int id) {
    return nodes.get(id - 1);
  }

  List<ClusterNode> nodes() {
    return nodes;
  }

  void createTopic(String name, int partitions) {
    get(admin.createTopics(List.of(new NewTopic(name, partitions, (short) NODES))).all());
  }

  /// Who leads a partition.
  int leader(String topic, int partition) {
    return Await.until(
        topic + "-" + partition + " has a leader",
        () -> describe(Set.of(topic)).getFirst().partitions().get(partition).leader().id(),
        leader -> leader > 0);
  }

  /// The active controller.
  int controller() {
    return Await.until(
        "a controller is active",
        () -> get(admin.describeMetadataQuorum().quorumInfo()).leaderId(),
        leader -> leader > 0);
  }

  /// Until every partition has a leader and all replicas in sync, and every voter has the whole
  /// metadata log.
  void awaitWhole(Duration patience) {
    Await.until("all replicas are in sync", patience, this::outOfSync, List::isEmpty);
    Await.until("the voters are close", patience, this::laggingVoters, List::isEmpty);
  }

  private List<String> outOfSync() {
    return describe(get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names()))
        .stream()
        .flatMap(topic ->
            topic.partitions().stream()
                .filter(Cluster::isLame)
                .map(each -> topic.name() + "-" + each))
        .toList();
  }

  private static boolean isLame(TopicPartitionInfo partition) {
    return partition.leader() == null || partition.isr().size() < NODES;
  }

  private List<String> laggingVoters() {
    QuorumInfo quorum = get(admin.describeMetadataQuorum().quorumInfo());
    long end =
        quorum.voters().stream().mapToLong(QuorumInfo.ReplicaState::logEndOffset).max().orElse(0);
    return quorum.voters().stream()
        .filter(voter -> end - voter.logEndOffset() > 10)
        .map(QuorumInfo.ReplicaState::toString)
        .collect(Collectors.toList());
  }

  private List<TopicDescription> describe(Set<String> topics) {
    return List.copyOf(get(admin.describeTopics(topics).allTopicNames()).values());
  }

  /// Stops all of it cleanly and has Kafka's tool read every file.
  void stopAndDump() {
    nodes.forEach(ClusterNode::stop);
    DumpLog.readsEverythingIn(nodes.stream().map(ClusterNode::logDir).toList());
    Suite.delete(directory);
  }

  /// Where everything lies.
  Path directory() {
    return directory;
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
    nodes.forEach(ClusterNode::kill);
    wires.close();
  }
}
