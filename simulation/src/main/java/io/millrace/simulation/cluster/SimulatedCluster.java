package io.millrace.simulation.cluster;

import io.millrace.runtime.virtual.VirtualWorld;
import io.millrace.server.FormatOptions;
import io.millrace.simulation.audit.Timeline;
import io.millrace.simulation.rewrite.Deterministic;
import io.millrace.simulation.scenario.Durability;
import io.millrace.simulation.scenario.FaultKind;
import io.millrace.simulation.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.MetadataImage;
import org.jspecify.annotations.Nullable;

/// Nodes that form one cluster, each broker and controller, as `millrace cluster start` makes them,
/// and brokers that join it later.
public final class SimulatedCluster {

  public static final String CLIENTS = "clients";

  private static final int BROKER_PORT = 9092;
  public static final int CONTROLLER_PORT = 9093;

  private final VirtualWorld world;
  private final Scenario scenario;
  private final Timeline timeline;
  private final SimulatedNode.Misfortune misfortune;
  private final Map<String, String> more;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private int lastId;

  public SimulatedCluster(
      VirtualWorld world,
      Scenario scenario,
      Timeline timeline,
      SimulatedNode.Misfortune misfortune) {
    this(world, scenario, timeline, misfortune, Map.of());
  }

  /// @param more properties of every node
  public SimulatedCluster(
      VirtualWorld world,
      Scenario scenario,
      Timeline timeline,
      SimulatedNode.Misfortune misfortune,
      Map<String, String> more) {
    this.world = world;
    this.scenario = scenario;
    this.timeline = timeline;
    this.misfortune = misfortune;
    this.more = more;
    Deterministic.begin(
        world.seed(),
        world.clock(),
        () -> {
          var running = world.running();
          if (running == null) {
            throw new IllegalStateException("an event queue is made outside a node's step");
          }
          return running.dedicatedLoop("controller-events");
        });
    FormatOptions format = format(scenario.nodes());
    while (lastId < scenario.nodes()) {
      add(properties(scenario, ++lastId), format);
    }
    world.node(CLIENTS);
  }

  private SimulatedNode add(Map<String, String> properties, FormatOptions format) {
    properties.putAll(more);
    SimulatedNode node =
        new SimulatedNode(world, name(lastId), lastId, properties, format, timeline, misfortune);
    nodes.add(node);
    return node;
  }

  /// Makes one more node, a broker and no controller, under an id that nobody had.
  SimulatedNode addBroker() {
    Map<String, String> properties = properties(scenario, ++lastId);
    properties.put("process.roles", "broker");
    properties.put("listeners", "PLAINTEXT://" + name(lastId) + ":" + BROKER_PORT);
    properties.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    return add(properties, new FormatOptions(clusterId(), null, true, Map.of(), null));
  }

  /// It does not belong to the cluster any more.
  void forget(SimulatedNode node) {
    nodes.remove(node);
  }

  private static String name(int id) {
    return "n" + id;
  }

  private static FormatOptions format(int count) {
    String voters =
        IntStream.rangeClosed(1, count)
            .mapToObj(id ->
                String.format(
                    "%d@%s:%d:%s",
                    id, name(id), CONTROLLER_PORT, new Uuid(0x4d696c6c72616365L, id)))
            .collect(Collectors.joining(","));
    return new FormatOptions(clusterId(), voters, false, Map.of(), null);
  }

  private static String clusterId() {
    return new Uuid(0x4d696c6c72616365L, 0).toString();
  }

  private static Map<String, String> properties(Scenario scenario, int id) {
    Map<String, String> properties = new TreeMap<>();
    String host = name(id);
    properties.put("node.id", Integer.toString(id));
    properties.put("process.roles", "broker,controller");
    properties.put(
        "listeners",
        String.format(
            "PLAINTEXT://%s:%d,CONTROLLER://%s:%d", host, BROKER_PORT, host, CONTROLLER_PORT));
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put(
        "controller.quorum.bootstrap.servers",
        IntStream.rangeClosed(1, scenario.nodes())
            .mapToObj(node -> name(node) + ":" + CONTROLLER_PORT)
            .collect(Collectors.joining(",")));
    properties.put("log.dirs", "/data");
    String replicas = Integer.toString(scenario.replicas());
    String minInSync = Integer.toString(scenario.minInSyncReplicas());
    properties.put("default.replication.factor", replicas);
    properties.put("min.insync.replicas", minInSync);
    properties.put("offsets.topic.replication.factor", replicas);
    properties.put("offsets.topic.num.partitions", "3");
    properties.put("group.initial.rebalance.delay.ms", "200");
    properties.put("group.min.session.timeout.ms", "1000");
    properties.put("group.consumer.min.session.timeout.ms", "1000");
    properties.put("group.consumer.session.timeout.ms", "3000");
    properties.put("group.consumer.min.heartbeat.interval.ms", "200");
    properties.put("group.consumer.heartbeat.interval.ms", "400");
    properties.put("auto.create.topics.enable", "false");
    properties.put("controlled.shutdown.max.retries", "2");
    if (scenario.possibleFaults().contains(FaultKind.BIT_FLIP)) {
      properties.put("log.scrub.interval.ms", "2000");
      properties.put("log.scrub.bytes.per.second", "100000000");
    }
    if (scenario.durability() == Durability.FSYNC) {
      properties.put("log.flush.interval.messages", "1");
    }
    return properties;
  }

  /// All that belong to it now: first those that formed it, by id.
  public List<SimulatedNode> nodes() {
    return nodes;
  }

  /// `host:port` of every broker listener.
  public List<String> bootstrap() {
    return nodes.stream().map(this::address).toList();
  }

  public void startAll() {
    nodes.forEach(SimulatedNode::start);
  }

  /// Whether all serve, and every partition has a leader and a full ISR.
  public boolean isWhole() {
    return ReplicaStates.whole(nodes);
  }

  /// A partition that is not whole, for people.
  public @Nullable String offender() {
    return ReplicaStates.offender(nodes);
  }

  /// How many partitions the node leads, as the newest image has it.
  public int leads(SimulatedNode node) {
    return ReplicaStates.leads(nodes, node.id());
  }

  /// How many replicas the node holds, as the newest image has it.
  public int holds(SimulatedNode node) {
    return ReplicaStates.holds(nodes, node.id());
  }

  /// How many partitions are being moved, as the newest image has it.
  public int moving() {
    return ReplicaStates.moving(nodes);
  }

  /// The size of the smallest ISR, as the newest image has it.
  public int fewestInSync() {
    return ReplicaStates.fewestInSync(nodes);
  }

  /// The epoch of the quorum that the newest image has records of.
  public int quorumEpoch() {
    return ReplicaStates.quorumEpoch(nodes);
  }

  /// The sum of the epochs of all partitions and of the quorum, which each election raises.
  public int reigns() {
    return ReplicaStates.reigns(nodes);
  }

  /// The brokers that are fenced, as the newest image has it.
  public List<Integer> fenced() {
    return ReplicaStates.fenced(nodes);
  }

  public boolean allReady() {
    return nodes.stream().allMatch(SimulatedNode::isReady);
  }

  /// The broker listener of a node.
  String address(SimulatedNode node) {
    return node.name() + ":" + BROKER_PORT;
  }

  /// The newest image of any node, null while none runs.
  @Nullable MetadataImage image() {
    return ReplicaStates.newest(nodes);
  }

  /// The machine's name for a fault's index; one behind the last of those that formed the cluster
  /// means the clients.
  String machine(int index) {
    return index < scenario.nodes() ? nodes.get(index).name() : CLIENTS;
  }

  /// The machines of all nodes, and at the end the clients'.
  List<String> machines() {
    List<String> machines = new ArrayList<>();
    nodes.forEach(node -> machines.add(node.name()));
    machines.add(CLIENTS);
    return machines;
  }

  @Override
  public String toString() {
    return nodes.toString();
  }
}
