package io.millrace.server.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.raft.QuorumConfig;

/// What a node is started with: Kafka's `server.properties`, checked as a whole. Immutable.
///
/// Beyond what Kafka accepts, a configuration may be bare: without `process.roles` the node is
/// broker and controller, without `listeners` it binds 127.0.0.1 only ([#DEFAULTS]), without
/// `node.id` it takes what `meta.properties` says, or 1; and a quorum may be left out, which makes
/// a quorum of one.
public final class NodeConfig {

  /// What a bare configuration gets where it says nothing of a node's role and place.
  public static final Map<String, String> DEFAULTS =
      Map.of(
          "process.roles", "broker,controller",
          "controller.listener.names", "CONTROLLER",
          "listeners", "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093");

  /// Names under which only this host can be reached.
  static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");

  /// How long a broker may be silent before it is fenced, where nothing is said of it (Kafka: 9,000
  /// and 2,000). Both or none, since they must fit each other. A little less than two seconds:
  /// clients give a silent broker up by their `request.timeout.ms`, and with one of a second the
  /// second time should find the new leader.
  static final Map<String, String> SILENCE =
      Map.of("broker.session.timeout.ms", "1800", "broker.heartbeat.interval.ms", "500");

  /// The same for a node that names no other: its heartbeats go to itself, so nothing is gained by
  /// quick ones. The session stays short for brokers that join it later.
  static final Map<String, String> SILENCE_ALONE =
      Map.of("broker.session.timeout.ms", "2000", "broker.heartbeat.interval.ms", "1000");

  /// How often the active controller of such a node writes a record that says nothing, where
  /// nothing is said of it (Kafka: 500). Each costs a synced append and a new image, which is most
  /// of what an idle node does, and tells only those who watch from afar that it is alive.
  static final String MAX_IDLE_ALONE_MS = "5000";

  /// Looks up the node id that an earlier start wrote into `meta.properties`.
  @FunctionalInterface
  public interface StoredNodeId {
    OptionalInt in(List<Path> logDirs);
  }

  private final Map<String, String> properties;
  private final KafkaValues values;
  private final Roles roles;
  private final Listeners listeners;
  private final SocketLimits sockets;
  private final List<String> warnings;

  NodeConfig(
      Map<String, String> properties,
      KafkaValues values,
      Roles roles,
      Listeners listeners,
      SocketLimits sockets,
      List<String> warnings) {
    this.properties = new TreeMap<>(properties);
    this.values = values;
    this.roles = roles;
    this.listeners = listeners;
    this.sockets = sockets;
    this.warnings = List.copyOf(warnings);
  }

  /// Checks and types `file`, with `overrides` on top of it (the command line's `--set`).
  ///
  /// @throws InvalidConfiguration with everything that is wrong
  public static NodeConfig parse(
      Map<String, String> file, Map<String, String> overrides, StoredNodeId stored)
      throws InvalidConfiguration {
    Map<String, String> merged = new LinkedHashMap<>(file);
    merged.putAll(overrides);
    return new NodeConfigParser(merged, stored).parse();
  }

  /// The same for a node without a past.
  public static NodeConfig parse(Map<String, String> properties) throws InvalidConfiguration {
    return parse(properties, Map.of(), _ -> OptionalInt.empty());
  }

  /// As given (defaults of [#DEFAULTS] included), sorted by key.
  public Map<String, String> properties() {
    return properties;
  }

  /// Everything else, by Kafka's names.
  public KafkaValues values() {
    return values;
  }

  public int nodeId() {
    return values.nodeId();
  }

  public Roles roles() {
    return roles;
  }

  public Listeners listeners() {
    return listeners;
  }

  public SocketLimits sockets() {
    return sockets;
  }

  /// At least one, in the order given.
  public List<Path> logDirs() {
    return values.logDirs().stream().map(Path::of).toList();
  }

  public Path metadataLogDir() {
    return Path.of(values.metadataLogDir());
  }

  /// The voters of a static quorum by node id; empty where the quorum is dynamic.
  public Map<Integer, InetSocketAddress> quorumVoters() {
    return new TreeMap<>(
        QuorumConfig.parseVoterConnections(values.getList(QuorumConfig.QUORUM_VOTERS_CONFIG)));
  }

  /// Where a dynamic quorum may be asked for; empty for a quorum of one.
  public List<InetSocketAddress> quorumBootstrapServers() {
    return QuorumConfig.parseBootstrapServers(
        values.getList(QuorumConfig.QUORUM_BOOTSTRAP_SERVERS_CONFIG));
  }

  /// The bootstrap servers that are not this node itself: what, beside other voters, says that
  /// there is a quorum to join. Without either the node founds its cluster. (Kafka's own
  /// `server.properties` names the node's own controller listener, which says nothing of the kind.)
  ///
  /// @param own this node's controller endpoints, as bound
  public List<InetSocketAddress> otherBootstrapServers(List<Endpoint> own) {
    return quorumBootstrapServers().stream()
        .filter(server -> own.stream().noneMatch(endpoint -> isAt(server, endpoint)))
        .toList();
  }

  private static boolean isAt(InetSocketAddress server, Endpoint endpoint) {
    return endpoint.port() == server.getPort()
        && (LOOPBACK.contains(server.getHostString())
            || server.getHostString().equalsIgnoreCase(endpoint.host()));
  }

  /// Where metrics are served; empty where they are not.
  public Optional<MetricsAddress> metrics() {
    return Optional.ofNullable(properties.get(MetricsAddress.KEY)).flatMap(MetricsAddress::parse);
  }

  public QuorumConfig quorum() {
    return new QuorumConfig(values);
  }

  public GroupCoordinatorConfig groupCoordinator() {
    return new GroupCoordinatorConfig(values);
  }

  /// What the user should know, though it does not stop the start; each a sentence.
  public List<String> warnings() {
    return new ArrayList<>(warnings);
  }
}
