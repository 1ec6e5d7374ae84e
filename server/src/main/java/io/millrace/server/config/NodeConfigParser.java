package io.millrace.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.jspecify.annotations.Nullable;

/// One pass over a node's properties: fills in what a bare configuration leaves out, checks each
/// value by itself, then what values must agree on.
final class NodeConfigParser {

  private static final String ROLES = KRaftConfigs.PROCESS_ROLES_CONFIG;
  private static final String NODE_ID = KRaftConfigs.NODE_ID_CONFIG;
  private static final String BROKER_ID = ServerConfigs.BROKER_ID_CONFIG;
  private static final int FIRST_NODE_ID = 1;

  private final Map<String, String> properties;
  private final NodeConfig.StoredNodeId stored;
  private final Problems problems = new Problems();
  private final Set<String> ignored = new TreeSet<>();
  private final List<String> warnings = new ArrayList<>();

  NodeConfigParser(Map<String, String> properties, NodeConfig.StoredNodeId stored) {
    this.properties = new LinkedHashMap<>(properties);
    this.stored = stored;
  }

  NodeConfig parse() throws InvalidConfiguration {
    resolveVariables();
    fillIn();
    Map<String, String> usable = checkEach();
    fillInNodeId(usable);
    KafkaValues values = new KafkaValues(usable);

    Roles roles =
        new Roles(
            values.getList(ROLES).contains("broker"), values.getList(ROLES).contains("controller"));
    CrossChecks.run(values, roles, problems, warnings);
    @Nullable Listeners listeners = new ListenerParser(values, roles, problems).parse();
    @Nullable SocketLimits sockets = socketLimits(values);
    if (!ignored.isEmpty()) {
      warnings.add("These properties mean nothing here: " + String.join(", ", ignored));
    }
    if (listeners == null || sockets == null || !problems.none()) {
      throw new InvalidConfiguration(problems.list());
    }
    return new NodeConfig(usable, values, roles, listeners, sockets, warnings);
  }

  /// Replaces `${provider:path:key}` by what `config.providers` yield.
  private void resolveVariables() throws InvalidConfiguration {
    if (!properties.containsKey(AbstractConfig.CONFIG_PROVIDERS_CONFIG)) {
      return;
    }
    try {
      new AbstractConfig(new ConfigDef(), properties, new LinkedHashMap<>(properties), false)
          .originalsStrings()
          .forEach(properties::put);
    } catch (RuntimeException e) {
      problems.add(
          AbstractConfig.CONFIG_PROVIDERS_CONFIG,
          properties.get(AbstractConfig.CONFIG_PROVIDERS_CONFIG),
          String.valueOf(e.getMessage()),
          "Correct the provider or the variable that refers to it");
      throw new InvalidConfiguration(problems.list());
    }
  }

  private void fillIn() {
    if (!properties.containsKey(ROLES)) {
      NodeConfig.DEFAULTS.forEach(properties::putIfAbsent);
    }
    boolean alone = isAlone();
    if (NodeConfig.SILENCE.keySet().stream().noneMatch(properties::containsKey)) {
      properties.putAll(alone ? NodeConfig.SILENCE_ALONE : NodeConfig.SILENCE);
    }
    if (alone) {
      properties.putIfAbsent(
          MetadataLogConfig.METADATA_MAX_IDLE_INTERVAL_MS_CONFIG, NodeConfig.MAX_IDLE_ALONE_MS);
    }
    String roles = properties.get(ROLES);
    if (roles != null && !roles.contains("broker") && !properties.containsKey("listeners")) {
      problems.add(
          "listeners",
          null,
          "a node with the role controller alone has no listener unless it is named",
          "Set listeners=CONTROLLER://localhost:9093");
    }
    if (!properties.containsKey(KRaftConfigs.CONTROLLER_LISTENER_NAMES_CONFIG)) {
      problems.add(
          KRaftConfigs.CONTROLLER_LISTENER_NAMES_CONFIG,
          null,
          "the name of the controllers' listener is missing",
          "Set " + KRaftConfigs.CONTROLLER_LISTENER_NAMES_CONFIG + "=CONTROLLER");
      properties.put(KRaftConfigs.CONTROLLER_LISTENER_NAMES_CONFIG, "CONTROLLER");
    }
  }

  /// Whether the node is broker and controller and names no other node: no voter but itself, and no
  /// place to look for a quorum but a listener of its own.
  private boolean isAlone() {
    List<String> roles = words(ROLES);
    List<String> voters = words(QuorumConfig.QUORUM_VOTERS_CONFIG);
    return roles.contains("broker")
        && roles.contains("controller")
        && voters.size() <= 1
        && words(QuorumConfig.QUORUM_BOOTSTRAP_SERVERS_CONFIG).stream().allMatch(this::isOwn);
  }

  private boolean isOwn(String server) {
    int colon = server.lastIndexOf(':');
    String host = server.substring(0, Math.max(colon, 0));
    String port = server.substring(colon + 1);
    return words(SocketServerConfigs.LISTENERS_CONFIG).stream()
        .anyMatch(listener ->
            listener.endsWith("://" + server)
                || (NodeConfig.LOOPBACK.contains(host) && listener.endsWith(":" + port)));
  }

  private List<String> words(String key) {
    return Arrays.stream(properties.getOrDefault(key, "").split(","))
        .map(String::trim)
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /// Checks every value against its definition; those that fail are left out of what is returned,
  /// so that the checks that follow see a default instead.
  private Map<String, String> checkEach() {
    Map<String, String> usable = new LinkedHashMap<>();
    Map<String, ConfigDef.ConfigKey> keys = AbstractKafkaConfig.CONFIG_DEF.configKeys();
    properties.forEach((key, value) -> {
      KeyPolicy.refusal(key, value).ifPresent(problems::add);
      if (problems.concerns(key) && !KRaftConfigs.CONTROLLER_LISTENER_NAMES_CONFIG.equals(key)) {
        return;
      }
      ConfigDef.@Nullable ConfigKey definition = keys.get(key);
      if (KeyPolicy.isMeaningless(key)) {
        ignored.add(key);
      }
      if (definition == null || isValid(definition, value)) {
        usable.put(key, value);
      }
    });
    NodeConfig.DEFAULTS.forEach((key, value) -> {
      if (problems.concerns(key)) {
        usable.put(key, value);
      }
    });
    return usable;
  }

  private boolean isValid(ConfigDef.ConfigKey definition, String value) {
    try {
      Object parsed = ConfigDef.parseType(definition.name, value, definition.type);
      if (definition.validator != null) {
        definition.validator.ensureValid(definition.name, parsed);
      }
      return true;
    } catch (ConfigException e) {
      String allowed = "Set a value of type " + definition.type.name().toLowerCase(Locale.ROOT);
      if (definition.validator != null) {
        allowed += " that satisfies " + definition.validator;
      }
      if (definition.hasDefault()) {
        allowed += ", or remove the property for the default " + defaultOf(definition);
      }
      problems.add(definition.name, shown(definition, value), reasonOf(e), allowed);
      return false;
    }
  }

  private static String shown(ConfigDef.ConfigKey definition, String value) {
    return definition.type == ConfigDef.Type.PASSWORD ? "[hidden]" : value;
  }

  private static String defaultOf(ConfigDef.ConfigKey definition) {
    @Nullable String text = ConfigDef.convertToString(definition.defaultValue, definition.type);
    return text == null ? "(none)" : text;
  }

  /// Kafka's message without the key and value that we name ourselves.
  private static String reasonOf(ConfigException e) {
    String message = String.valueOf(e.getMessage());
    int colon = message.indexOf(": ");
    return message.startsWith("Invalid value") && colon > 0
        ? message.substring(colon + 2)
        : message;
  }

  /// Gives the node an id by both of Kafka's names, so that it is described as set.
  private void fillInNodeId(Map<String, String> usable) {
    @Nullable String id = usable.getOrDefault(NODE_ID, usable.get(BROKER_ID));
    if (id == null) {
      id = Integer.toString(stored.in(logDirs(usable)).orElse(FIRST_NODE_ID));
    }
    usable.putIfAbsent(NODE_ID, id);
    usable.putIfAbsent(BROKER_ID, id);
  }

  private static List<Path> logDirs(Map<String, String> usable) {
    String dirs =
        usable.getOrDefault(
            ServerLogConfigs.LOG_DIRS_CONFIG,
            usable.getOrDefault(ServerLogConfigs.LOG_DIR_CONFIG, ServerLogConfigs.LOG_DIR_DEFAULT));
    return Arrays.stream(dirs.split(",")).map(String::trim).map(Path::of).toList();
  }

  private @Nullable SocketLimits socketLimits(KafkaValues values) {
    try {
      return SocketLimits.of(values);
    } catch (IllegalArgumentException e) {
      problems.add(
          "max.connections.per.ip.overrides",
          values.getString("max.connections.per.ip.overrides"),
          String.valueOf(e.getMessage()),
          "Write host:limit pairs with commas between them, and whole numbers for"
              + " listener.name.<name>.max.connections and .max.connection.creation.rate");
      return null;
    }
  }

  static boolean namesAQuorum(KafkaValues values) {
    return !values.getList(QuorumConfig.QUORUM_VOTERS_CONFIG).isEmpty()
        || !values.getList(QuorumConfig.QUORUM_BOOTSTRAP_SERVERS_CONFIG).isEmpty();
  }
}
