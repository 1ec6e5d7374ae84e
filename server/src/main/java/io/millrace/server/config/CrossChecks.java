package io.millrace.server.config;

import io.millrace.log.scrub.ScrubSettings;
import io.millrace.metadata.balance.BalancerSettings;
import io.millrace.server.api.data.ReplicaChoice;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.apache.kafka.storage.internals.log.CleanerConfig;

/// What values must agree on: Kafka's `KafkaConfig.validateValues`, but for the listeners, which
/// have [ListenerParser].
final class CrossChecks {

  private static final Set<String> PROTOCOLS = Set.of("classic", "consumer", "streams", "share");

  private static final int SAFE_COPIES = 3;
  private static final long MIN_DEDUPE_BYTES = 1 << 20;

  private CrossChecks() {}

  static void run(KafkaValues values, Roles roles, Problems problems, List<String> warnings) {
    identity(values, roles, problems);
    storage(values, problems);
    timing(values, problems, warnings);
    connections(values, problems);
    replicaSelector(values, problems);
    groups(values, problems);
    byKafkasClasses(values, problems);
    metrics(values, problems);
    balancer(values, problems);
    scrub(values, problems);
    safety(values, warnings);
  }

  private static void metrics(KafkaValues values, Problems problems) {
    if (values.originals().get(MetricsAddress.KEY) instanceof String address) {
      problems.require(
          MetricsAddress.parse(address).isPresent(),
          MetricsAddress.KEY,
          address,
          "must be host:port",
          "Set it to 127.0.0.1:9404, or remove it to serve no metrics");
    }
  }

  private static void balancer(KafkaValues values, Problems problems) {
    try {
      BalancerSettings.of(values.originals());
    } catch (IllegalArgumentException e) {
      problems.require(
          false,
          BalancerSettings.MODE,
          values.originals().get(BalancerSettings.MODE),
          "cannot be used: " + e.getMessage(),
          "Remove what begins with balancer. to have replicas moved by command only");
    }
  }

  private static void scrub(KafkaValues values, Problems problems) {
    try {
      ScrubSettings.of(values.originals());
    } catch (IllegalArgumentException e) {
      problems.require(
          false,
          ScrubSettings.INTERVAL,
          values.originals().get(ScrubSettings.INTERVAL),
          "cannot be used: " + e.getMessage(),
          "Remove what begins with log.scrub. to have all logs read once a week");
    }
  }

  private static void replicaSelector(KafkaValues values, Problems problems) {
    String key = ReplicationConfigs.REPLICA_SELECTOR_CLASS_CONFIG;
    try {
      ReplicaChoice.selector(values.getString(key), values.originals());
    } catch (IllegalArgumentException e) {
      problems.require(
          false,
          key,
          values.getString(key),
          "cannot be used: " + e.getMessage(),
          "Set org.apache.kafka.common.replica.RackAwareReplicaSelector, or remove it");
    }
  }

  private static void identity(KafkaValues values, Roles roles, Problems problems) {
    problems.require(
        values.nodeId() == values.brokerId(),
        KRaftConfigs.NODE_ID_CONFIG,
        values.nodeId(),
        "must equal " + ServerConfigs.BROKER_ID_CONFIG + "=" + values.brokerId(),
        "Remove " + ServerConfigs.BROKER_ID_CONFIG);
    String votersKey = QuorumConfig.QUORUM_VOTERS_CONFIG;
    Set<Integer> voters = QuorumConfig.parseVoterIds(values.getList(votersKey));
    if (roles.controller()) {
      problems.require(
          voters.isEmpty() || voters.contains(values.nodeId()),
          votersKey,
          values.getList(votersKey),
          "must include this controller's node id " + values.nodeId(),
          "Add " + values.nodeId() + "@host:port, or correct node.id");
    } else {
      problems.require(
          !voters.contains(values.nodeId()),
          votersKey,
          values.getList(votersKey),
          "must not include node id " + values.nodeId() + ", which is a broker only",
          "Remove the entry, or add the role controller");
      problems.require(
          NodeConfigParser.namesAQuorum(values),
          QuorumConfig.QUORUM_BOOTSTRAP_SERVERS_CONFIG,
          null,
          "a broker must know where to find the controllers",
          "Set it to host:port of the controllers");
      problems.require(
          !values.getBoolean(QuorumConfig.QUORUM_AUTO_JOIN_ENABLE_CONFIG),
          QuorumConfig.QUORUM_AUTO_JOIN_ENABLE_CONFIG,
          true,
          "only a controller can join the quorum",
          "Remove the property");
    }
  }

  private static void storage(KafkaValues values, Problems problems) {
    problems.require(
        !values.logDirs().isEmpty(),
        ServerLogConfigs.LOG_DIRS_CONFIG,
        "",
        "at least one directory is needed",
        "Name one, such as /var/lib/millrace");
    problems.require(
        values.segmentMs() >= 1,
        ServerLogConfigs.LOG_ROLL_TIME_MILLIS_CONFIG,
        values.segmentMs(),
        "must be at least 1",
        "Raise it, or remove it for seven days");
    problems.require(
        values.segmentJitterMs() >= 0,
        ServerLogConfigs.LOG_ROLL_TIME_JITTER_MILLIS_CONFIG,
        values.segmentJitterMs(),
        "must not be negative",
        "Set it to 0");
    problems.require(
        values.retentionMs() >= 1 || values.retentionMs() == -1,
        ServerLogConfigs.LOG_RETENTION_TIME_MILLIS_CONFIG,
        values.retentionMs(),
        "must be at least 1, or -1 for ever",
        "Set one of these");
    int threads = values.getInt(CleanerConfig.LOG_CLEANER_THREADS_PROP);
    long dedupeBytes = values.getLong(CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP);
    problems.require(
        threads > 0 && dedupeBytes / threads > MIN_DEDUPE_BYTES,
        CleanerConfig.LOG_CLEANER_DEDUPE_BUFFER_SIZE_PROP,
        dedupeBytes,
        "must be more than 1 MiB for each of log.cleaner.threads=" + threads,
        "Remove both properties for the defaults");
    List<String> cordoned = values.getList(ServerLogConfigs.CORDONED_LOG_DIRS_CONFIG);
    if (cordoned.contains(ServerLogConfigs.CORDONED_LOG_DIRS_ALL)) {
      problems.require(
          cordoned.size() == 1,
          ServerLogConfigs.CORDONED_LOG_DIRS_CONFIG,
          cordoned,
          "* stands for all directories and must be alone",
          "Remove the others");
    } else {
      problems.require(
          values.logDirs().containsAll(cordoned),
          ServerLogConfigs.CORDONED_LOG_DIRS_CONFIG,
          cordoned,
          "must name directories of " + ServerLogConfigs.LOG_DIRS_CONFIG,
          "Use one of " + values.logDirs());
    }
  }

  private static void timing(KafkaValues values, Problems problems, List<String> warnings) {
    int fetchWaitMs = values.getInt(ReplicationConfigs.REPLICA_FETCH_WAIT_MAX_MS_CONFIG);
    problems.require(
        fetchWaitMs <= values.getLong(ReplicationConfigs.REPLICA_LAG_TIME_MAX_MS_CONFIG),
        ReplicationConfigs.REPLICA_FETCH_WAIT_MAX_MS_CONFIG,
        fetchWaitMs,
        "must not exceed " + ReplicationConfigs.REPLICA_LAG_TIME_MAX_MS_CONFIG,
        "Lower it, or followers leave the in-sync set for nothing");
    int socketTimeoutMs = values.getInt(ReplicationConfigs.REPLICA_SOCKET_TIMEOUT_MS_CONFIG);
    problems.require(
        fetchWaitMs <= socketTimeoutMs,
        ReplicationConfigs.REPLICA_SOCKET_TIMEOUT_MS_CONFIG,
        socketTimeoutMs,
        "must be at least " + ReplicationConfigs.REPLICA_FETCH_WAIT_MAX_MS_CONFIG,
        "Raise it, or idle fetches time out");
    int sessionMs = values.getInt(KRaftConfigs.BROKER_SESSION_TIMEOUT_MS_CONFIG);
    if (values.brokerHeartbeatIntervalMs() * 2 > sessionMs) {
      warnings.add(
          KRaftConfigs.BROKER_HEARTBEAT_INTERVAL_MS_CONFIG
              + "="
              + values.brokerHeartbeatIntervalMs()
              + " is more than half of "
              + KRaftConfigs.BROKER_SESSION_TIMEOUT_MS_CONFIG
              + "="
              + sessionMs
              + ": one late heartbeat loses the broker its lease");
    }
  }

  private static void connections(KafkaValues values, Problems problems) {
    long queued = values.getLong(SocketServerConfigs.QUEUED_MAX_BYTES_CONFIG);
    int largest = values.getInt(SocketServerConfigs.SOCKET_REQUEST_MAX_BYTES_CONFIG);
    problems.require(
        queued <= 0 || queued >= largest,
        SocketServerConfigs.QUEUED_MAX_BYTES_CONFIG,
        queued,
        "must be at least "
            + SocketServerConfigs.SOCKET_REQUEST_MAX_BYTES_CONFIG
            + "="
            + largest
            + ", or one large request could never be read",
        "Raise it, or lower the other");
    String overridesKey = SocketServerConfigs.MAX_CONNECTIONS_PER_IP_OVERRIDES_CONFIG;
    String overrides = values.getString(overridesKey);
    problems.require(
        values.getInt(SocketServerConfigs.MAX_CONNECTIONS_PER_IP_CONFIG) != 0
            || !overrides.isBlank(),
        SocketServerConfigs.MAX_CONNECTIONS_PER_IP_CONFIG,
        0,
        "nobody could connect",
        "Raise it, or allow addresses by " + overridesKey);
    try {
      AbstractKafkaConfig.getMap(overridesKey, overrides)
          .keySet()
          .forEach(host ->
              problems.require(
                  Utils.validHostPattern(host),
                  overridesKey,
                  overrides,
                  host + " is no host name or address",
                  "Correct it"));
    } catch (IllegalArgumentException e) {
      problems.add(
          overridesKey,
          overrides,
          String.valueOf(e.getMessage()),
          "Write host:limit pairs with commas between them");
    }
  }

  private static void groups(KafkaValues values, Problems problems) {
    String key = "group.coordinator.rebalance.protocols";
    List<String> protocols =
        values.getList(key).stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    problems.require(
        PROTOCOLS.containsAll(protocols) && protocols.contains("classic"),
        key,
        protocols,
        "must hold classic, and may hold consumer, streams and share",
        "Remove the property for the default classic,consumer,streams");
  }

  /// Kafka's bare defaults keep one copy of each record, which is not what a cluster of several
  /// nodes is for.
  private static void safety(KafkaValues values, List<String> warnings) {
    int controllers =
        Math.max(
            values.getList(QuorumConfig.QUORUM_VOTERS_CONFIG).size(),
            values.getList(QuorumConfig.QUORUM_BOOTSTRAP_SERVERS_CONFIG).size());
    int copies = values.getInt(ReplicationConfigs.DEFAULT_REPLICATION_FACTOR_CONFIG);
    int inSync = values.getInt(ServerLogConfigs.MIN_IN_SYNC_REPLICAS_CONFIG);
    if (controllers >= SAFE_COPIES && (copies < SAFE_COPIES || inSync < SAFE_COPIES - 1)) {
      warnings.add(
          "Topics made without settings of their own would lose records with one node: "
              + ReplicationConfigs.DEFAULT_REPLICATION_FACTOR_CONFIG
              + "="
              + copies
              + ", "
              + ServerLogConfigs.MIN_IN_SYNC_REPLICAS_CONFIG
              + "="
              + inSync
              + "; 3 and 2 are safe");
    }
  }

  /// Kafka's own classes check what belongs together as they are built, up to the first fault.
  private static void byKafkasClasses(KafkaValues values, Problems problems) {
    List<Consumer<KafkaValues>> classes =
        List.of(GroupCoordinatorConfig::new, ShareGroupConfig::new);
    for (Consumer<KafkaValues> make : classes) {
      try {
        make.accept(values);
      } catch (RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        String key = keyIn(message, values);
        problems.add(
            key, values.originals().get(key), message, "Change it, or the one that it must fit");
      }
    }
  }

  /// The property at fault: the first that `message` names and the user set, else the first that it
  /// names, else (a class that cannot be loaded) the first of the group's that the user set.
  private static String keyIn(String message, KafkaValues values) {
    List<String> named =
        Arrays.stream(message.split("[^a-z.]+"))
            .filter(AbstractKafkaConfig.CONFIG_DEF.names()::contains)
            .toList();
    return named.stream()
        .filter(values.originals()::containsKey)
        .findFirst()
        .or(() -> named.stream().findFirst())
        .or(() ->
            values.originals().keySet().stream()
                .filter(key -> key.startsWith("group."))
                .sorted()
                .findFirst())
        .orElse("group.consumer.assignors");
  }
}
