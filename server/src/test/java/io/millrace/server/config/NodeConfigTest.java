package io.millrace.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.groups.Tuple.tuple;

import io.millrace.server.request.Request.ListenerRole;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;

class NodeConfigTest {

  /// What Kafka 4.3 ships as `config/server.properties`.
  private static final Map<String, String> SHIPPED =
      properties(
          """
          process.roles=broker,controller
          node.id=1
          controller.quorum.bootstrap.servers=localhost:9093
          listeners=PLAINTEXT://:9092,CONTROLLER://:9093
          inter.broker.listener.name=PLAINTEXT
          advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
          controller.listener.names=CONTROLLER
          listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
          num.network.threads=3
          num.io.threads=8
          socket.send.buffer.bytes=102400
          socket.receive.buffer.bytes=102400
          socket.request.max.bytes=104857600
          log.dirs=/tmp/kraft-combined-logs
          num.partitions=1
          num.recovery.threads.per.data.dir=2
          offsets.topic.replication.factor=1
          share.coordinator.state.topic.replication.factor=1
          share.coordinator.state.topic.min.isr=1
          transaction.state.log.replication.factor=1
          transaction.state.log.min.isr=1
          log.retention.hours=168
          log.segment.bytes=1073741824
          log.retention.check.interval.ms=300000
          """);

  private static Map<String, String> properties(String text) {
    Map<String, String> properties = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      int equals = line.indexOf('=');
      properties.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return properties;
  }

  private static Map<String, String> with(Map<String, String> base, String key, String value) {
    Map<String, String> changed = new LinkedHashMap<>(base);
    changed.put(key, value);
    return changed;
  }

  private static List<ConfigProblem> problemsOf(Map<String, String> properties) {
    InvalidConfiguration thrown =
        catchThrowableOfType(InvalidConfiguration.class, () -> NodeConfig.parse(properties));
    assertThat(thrown).as("expected %s to be refused", properties).isNotNull();
    return thrown.problems();
  }

  @Test
  void takesKafkasShippedFile() throws InvalidConfiguration {
    NodeConfig config = NodeConfig.parse(SHIPPED);

    assertThat(config.nodeId()).isEqualTo(1);
    assertThat(config.roles()).isEqualTo(new Roles(true, true));
    assertThat(config.logDirs()).containsExactly(Path.of("/tmp/kraft-combined-logs"));
    assertThat(config.metadataLogDir()).isEqualTo(Path.of("/tmp/kraft-combined-logs"));
    assertThat(config.listeners().withRole(ListenerRole.BROKER))
        .extracting(Listener::host, Listener::port)
        .containsExactly(tuple("", 9092));
    assertThat(config.listeners().advertisedBroker(Map.of(), "me"))
        .extracting(Endpoint::host, Endpoint::port)
        .containsExactly(tuple("localhost", 9092));
  }

  @Test
  void bootstrapServerThatIsTheNodeItselfNamesNoOtherQuorum() throws InvalidConfiguration {
    NodeConfig config =
        NodeConfig.parse(
            with(SHIPPED, "controller.quorum.bootstrap.servers", "localhost:9093,far:9093"));
    List<Endpoint> own =
        List.of(new Endpoint("CONTROLLER", SecurityProtocol.PLAINTEXT, "this.host", 9093));

    assertThat(config.otherBootstrapServers(own))
        .extracting(InetSocketAddress::getHostString)
        .containsExactly("far");
    assertThat(config.otherBootstrapServers(List.of()))
        .extracting(InetSocketAddress::getHostString)
        .containsExactly("localhost", "far");
  }

  private static List<Object> beats(Map<String, String> properties) throws InvalidConfiguration {
    KafkaValues values = NodeConfig.parse(properties).values();
    return List.of(
        values.getInt("broker.session.timeout.ms"),
        values.getInt("broker.heartbeat.interval.ms"),
        values.getInt("metadata.max.idle.interval.ms"));
  }

  @Test
  void aNodeThatNamesNoOtherBeatsSlowlyAndOthersBeatQuickly() throws InvalidConfiguration {
    String servers = "controller.quorum.bootstrap.servers";
    List<Object> alone = List.of(2000, 1000, 5000);
    List<Object> together = List.of(1800, 500, 500);

    assertThat(beats(Map.of())).isEqualTo(alone);
    assertThat(beats(SHIPPED)).isEqualTo(alone);
    assertThat(beats(with(SHIPPED, servers, "localhost:9093,far:9093"))).isEqualTo(together);
    assertThat(beats(with(SHIPPED, servers, "far:9093"))).isEqualTo(together);
    assertThat(beats(with(with(SHIPPED, servers, ""), "controller.quorum.voters", "1@a:1,2@b:1")))
        .isEqualTo(together);
    assertThat(
            beats(
                Map.of(
                    "process.roles",
                    "broker",
                    "node.id",
                    "1",
                    "controller.listener.names",
                    "CONTROLLER",
                    servers,
                    "localhost:9093",
                    "listeners",
                    "PLAINTEXT://localhost:9092")))
        .isEqualTo(together);
    assertThat(beats(with(SHIPPED, "broker.session.timeout.ms", "9000")))
        .isEqualTo(List.of(9000, 2000, 5000));
    assertThat(beats(with(SHIPPED, "metadata.max.idle.interval.ms", "0")))
        .isEqualTo(List.of(2000, 1000, 0));
  }

  @Test
  void namesAllMeaninglessKeysInOneWarning() throws InvalidConfiguration {
    List<String> warnings = NodeConfig.parse(with(SHIPPED, "no.such.key", "x")).warnings();

    assertThat(warnings).hasSize(1);
    assertThat(warnings.getFirst())
        .contains("no.such.key", "num.network.threads", "socket.receive.buffer.bytes")
        .doesNotContain("log.segment.bytes");
  }

  @Test
  void bareConfigurationIsOneNodeOnLoopback() throws InvalidConfiguration {
    NodeConfig config = NodeConfig.parse(Map.of("log.dirs", "/data"));

    assertThat(config.nodeId()).isEqualTo(1);
    assertThat(config.roles().combined()).isTrue();
    assertThat(config.listeners().all()).extracting(Listener::host).containsOnly("127.0.0.1");
    assertThat(config.otherBootstrapServers(List.of())).isEmpty();
    assertThat(config.warnings()).isEmpty();
  }

  @Test
  void takesNodeIdFromMetaProperties() throws InvalidConfiguration {
    NodeConfig config =
        NodeConfig.parse(
            Map.of("log.dirs", "/a,/b"),
            Map.of(),
            dirs -> dirs.size() == 2 ? OptionalInt.of(7) : OptionalInt.empty());

    assertThat(config.nodeId()).isEqualTo(7);
    assertThat(config.values().brokerId()).isEqualTo(7);
  }

  @Test
  void overridesComeOnTop() throws InvalidConfiguration {
    NodeConfig config = NodeConfig.parse(SHIPPED, Map.of("node.id", "3"), _ -> OptionalInt.empty());

    assertThat(config.nodeId()).isEqualTo(3);
  }

  @Test
  void reportsEveryProblemAtOnceWithItsRemedy() {
    Map<String, String> bad =
        with(
            with(with(SHIPPED, "num.partitions", "many"), "log.segment.bytes", "12"),
            "authorizer.class.name",
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer");

    List<ConfigProblem> problems = problemsOf(bad);

    assertThat(problems)
        .extracting(ConfigProblem::key)
        .containsExactlyInAnyOrder("num.partitions", "log.segment.bytes", "authorizer.class.name");
    assertThat(problems)
        .allSatisfy(problem -> assertThat(problem.remedy()).isNotBlank())
        .anySatisfy(problem ->
            assertThat(problem.describe()).contains("num.partitions=many", "[1,...]", "default 1"));
  }

  @Test
  void refusesWhatWouldWeakenSecurityOrAccess() {
    Map<String, String> weakening =
        Map.of(
            "authorizer.class.name", "a.B",
            "remote.log.storage.system.enable", "true",
            "create.topic.policy.class.name", "a.B",
            "alter.config.policy.class.name", "a.B",
            "client.quota.callback.class", "a.B",
            "principal.builder.class", "a.B",
            "security.providers", "a.B",
            "delegation.token.secret.key", "s");
    weakening.forEach((key, value) ->
        assertThat(problemsOf(with(SHIPPED, key, value)))
            .extracting(ConfigProblem::key)
            .contains(key));
  }

  @Test
  void refusesListenersWithTlsOrSasl() {
    Map<String, String> secured = with(SHIPPED, "listeners", "SASL_SSL://:9092,CONTROLLER://:9093");
    secured = with(secured, "inter.broker.listener.name", "SASL_SSL");
    secured = with(secured, "advertised.listeners", "SASL_SSL://localhost:9092");

    assertThat(problemsOf(secured))
        .anySatisfy(problem -> assertThat(problem.describe()).contains("listeners", "SASL_SSL"));
  }

  @Test
  void refusesToAdvertiseTheWildcardAddress() throws InvalidConfiguration {
    Map<String, String> config =
        with(SHIPPED, "listeners", "PLAINTEXT://0.0.0.0:9092,CONTROLLER://:9093");
    assertThat(NodeConfig.parse(config).nodeId()).isEqualTo(1);

    config.remove("advertised.listeners");
    assertThat(problemsOf(config))
        .extracting(ConfigProblem::key)
        .containsExactly("advertised.listeners");
  }

  @Test
  void emptyHostAndPortZeroAreResolvedAfterBinding() throws InvalidConfiguration {
    NodeConfig config =
        NodeConfig.parse(Map.of("listeners", "PLAINTEXT://:0,CONTROLLER://127.0.0.1:0"));

    List<Endpoint> advertised =
        config
            .listeners()
            .advertisedBroker(Map.of(ListenerName.normalised("PLAINTEXT"), 4711), "host.example");

    assertThat(advertised)
        .extracting(Endpoint::host, Endpoint::port)
        .containsExactly(tuple("host.example", 4711));
  }

  @Test
  void listenersMustFitTheRoles() {
    assertThat(problemsOf(with(SHIPPED, "controller.listener.names", "OTHER")))
        .extracting(ConfigProblem::key)
        .contains("controller.listener.names");
    assertThat(problemsOf(with(SHIPPED, "process.roles", "broker")))
        .extracting(ConfigProblem::key)
        .contains("controller.listener.names");
    assertThat(problemsOf(with(SHIPPED, "inter.broker.listener.name", "CONTROLLER")))
        .extracting(ConfigProblem::key)
        .contains("inter.broker.listener.name");
    assertThat(problemsOf(with(SHIPPED, "listeners", "PLAINTEXT:/9092")))
        .extracting(ConfigProblem::key)
        .contains("listeners");
  }

  @Test
  void warnsOfOneCopyInAClusterOfSeveralNodes() throws InvalidConfiguration {
    Map<String, String> three =
        with(SHIPPED, "controller.quorum.bootstrap.servers", "a:9093,b:9093,c:9093");

    assertThat(NodeConfig.parse(three).warnings())
        .anyMatch(warning -> warning.contains("default.replication.factor=1"));
    assertThat(
            NodeConfig.parse(
                    with(
                        with(three, "default.replication.factor", "3"), "min.insync.replicas", "2"))
                .warnings())
        .noneMatch(warning -> warning.contains("default.replication.factor"));
  }

  @Test
  void groupSettingsMustFitEachOther() {
    assertThat(problemsOf(with(SHIPPED, "group.consumer.min.session.timeout.ms", "1000000")))
        .extracting(ConfigProblem::key)
        .containsExactly("group.consumer.min.session.timeout.ms");
  }

  @Test
  void votersMustHoldAController() {
    assertThat(problemsOf(with(SHIPPED, "controller.quorum.voters", "2@a:9093,3@b:9093")))
        .extracting(ConfigProblem::key)
        .contains("controller.quorum.voters");
  }

  @Test
  void namesTheAllowedRoles() {
    assertThat(problemsOf(with(SHIPPED, "process.roles", "zookeeper")).getFirst().describe())
        .contains("process.roles=zookeeper", "broker", "controller");
  }

  @Test
  void connectionLimitsByAddressAndListener() throws InvalidConfiguration {
    NodeConfig config =
        NodeConfig.parse(
            with(
                with(SHIPPED, "max.connections.per.ip.overrides", "127.0.0.1:200"),
                "listener.name.plaintext.max.connections",
                "5"));

    assertThat(config.sockets().maxConnectionsPerIpOverrides()).containsEntry("127.0.0.1", 200);
    assertThat(config.sockets().maxConnectionsPerListener()).containsEntry("plaintext", 5);
    assertThat(problemsOf(with(SHIPPED, "max.connections.per.ip.overrides", "nonsense")))
        .extracting(ConfigProblem::key)
        .containsExactly("max.connections.per.ip.overrides");
  }

  @Test
  void topicDefaultsFollowSynonyms() throws InvalidConfiguration {
    Map<String, Object> defaults =
        NodeConfig.parse(with(with(SHIPPED, "log.retention.minutes", "2"), "log.roll.ms", "99"))
            .values()
            .topicDefaults();

    assertThat(defaults)
        .containsEntry("retention.ms", 120_000L)
        .containsEntry("segment.ms", 99L)
        .containsEntry("segment.bytes", 1073741824)
        .containsEntry("flush.ms", Long.MAX_VALUE);
  }
}
